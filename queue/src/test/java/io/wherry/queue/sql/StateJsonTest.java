// SPDX-License-Identifier: Apache-2.0
package io.wherry.queue.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.queue.Cost;
import io.wherry.queue.DeadReason;
import io.wherry.queue.HoldReason;
import io.wherry.queue.Kind;
import io.wherry.queue.OwnTransaction;
import io.wherry.queue.Samples;
import io.wherry.queue.State;
import io.wherry.queue.StoreException;
import io.wherry.queue.WaitReason;
import io.wherry.queue.Witness;
import io.wherry.queue.Work;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateJsonTest {
  private static final Instant AT = Instant.ofEpochMilli(1_767_225_600_123L);
  private static final OwnTransaction OWN = Samples.transaction(7);
  private static final Cost COST = new Cost(21_000, new BigInteger("123456789012345678901234"));

  static List<State> everyState() {
    return List.of(
        new State.Observed(AT, AT.plusMillis(1)),
        new State.Final(AT),
        new State.Attested(AT),
        new State.Submitted(OWN, AT, AT.plusMillis(2), "timeout \"quoted\" é"),
        new State.Included(
            Samples.block(7),
            Optional.of(OWN.hash()),
            Optional.of(OWN),
            Optional.of(COST),
            Witness.OWN_RECEIPT,
            AT,
            AT.plusMillis(3),
            "lags"),
        new State.Included(
            Samples.block(7),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Witness.GATEWAY_STATE,
            AT,
            AT,
            ""),
        new State.Settled(Samples.block(7), Optional.of(OWN.hash()), Optional.of(COST), "tag 9"),
        new State.Settled(Samples.block(7), Optional.empty(), Optional.empty(), ""),
        new State.Orphaned(),
        new State.Held(HoldReason.GOVERNOR, "over the limit"),
        new State.Waiting(WaitReason.FUNDS, AT, "holds 0.1", Work.SUBMIT, 4),
        new State.DeadLetter(DeadReason.REVERTS, "Unauthorized()"));
  }

  @Test
  void everyStateReadsBackAsItWasWritten() {
    for (var state : everyState()) {
      assertThat(StateJson.read(state.kind(), StateJson.write(state), own(state))).isEqualTo(state);
    }
    assertThat(everyState().stream().map(State::kind)).contains(Kind.values());
  }

  @Test
  void theWrittenFormIsPinned() {
    assertThat(everyState().stream().map(StateJson::write))
        .containsExactly(
            """
            {"v":1,"kind":"OBSERVED","since":1767225600123,"checkAt":1767225600124}""",
            """
            {"v":1,"kind":"FINAL","attestAt":1767225600123}""",
            """
            {"v":1,"kind":"ATTESTED","submitAt":1767225600123}""",
            """
            {"v":1,"kind":"SUBMITTED","preparedAt":1767225600123,"checkAt":1767225600125,\
            "lastError":"timeout \\"quoted\\" é"}""",
            """
            {"v":1,"kind":"INCLUDED","height":7,\
            "hash":"0x0000000000001b58000000000000000000000000000000000000000000001b58",\
            "transaction":"0x000000000000232f00000000000000000000000000000000000000000000232f",\
            "gasUsed":21000,"feePaid":"123456789012345678901234","witness":"OWN_RECEIPT",\
            "since":1767225600123,"checkAt":1767225600126,"lastError":"lags"}""",
            """
            {"v":1,"kind":"INCLUDED","height":7,\
            "hash":"0x0000000000001b58000000000000000000000000000000000000000000001b58",\
            "witness":"GATEWAY_STATE","since":1767225600123,"checkAt":1767225600123,\
            "lastError":""}""",
            """
            {"v":1,"kind":"SETTLED","height":7,\
            "hash":"0x0000000000001b58000000000000000000000000000000000000000000001b58",\
            "transaction":"0x000000000000232f00000000000000000000000000000000000000000000232f",\
            "gasUsed":21000,"feePaid":"123456789012345678901234","evidence":"tag 9"}""",
            """
            {"v":1,"kind":"SETTLED","height":7,\
            "hash":"0x0000000000001b58000000000000000000000000000000000000000000001b58",\
            "evidence":""}""",
            """
            {"v":1,"kind":"ORPHANED"}""",
            """
            {"v":1,"kind":"HELD","reason":"GOVERNOR","detail":"over the limit"}""",
            """
            {"v":1,"kind":"WAITING","reason":"FUNDS","retryAt":1767225600123,\
            "lastError":"holds 0.1","resumes":"SUBMIT","waits":4}""",
            """
            {"v":1,"kind":"DEAD_LETTER","reason":"REVERTS","lastError":"Unauthorized()"}""");
  }

  @Test
  void refusesAnotherVersionAnotherKindAndUnknownNames() {
    refuses(Kind.FINAL, "{\"v\":2,\"kind\":\"FINAL\",\"attestAt\":1}");
    refuses(Kind.FINAL, "{\"v\":1,\"kind\":\"ATTESTED\",\"submitAt\":1}");
    refuses(Kind.FINAL, "{\"v\":1,\"kind\":\"FINAL\"}");
    refuses(Kind.FINAL, "{\"v\":1,\"kind\":\"FINAL\",\"attestAt\":\"1\"}");
    refuses(Kind.HELD, "{\"v\":1,\"kind\":\"HELD\",\"reason\":\"WHIM\",\"detail\":\"\"}");
    refuses(Kind.SUBMITTED, StateJson.write(new State.Submitted(OWN, AT, AT, "")));
    refuses(Kind.FINAL, "not JSON");
    refuses(Kind.FINAL, "");
  }

  private static void refuses(Kind kind, String text) {
    assertThatThrownBy(() -> StateJson.read(kind, text, Optional.empty()))
        .isInstanceOf(StoreException.Unreadable.class)
        .hasMessageContaining("expected a state " + kind);
  }

  private static Optional<OwnTransaction> own(State state) {
    return switch (state) {
      case State.Submitted submitted -> Optional.of(submitted.transaction());
      case State.Included included -> included.own();
      case State.Observed _,
          State.Final _,
          State.Attested _,
          State.Settled _,
          State.Orphaned _,
          State.Held _,
          State.Waiting _,
          State.DeadLetter _ ->
          Optional.empty();
    };
  }
}
