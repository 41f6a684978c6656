// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.session;

import static io.wherry.attest.session.SimulatedCommittee.CURVE;
import static io.wherry.attest.session.SimulatedCommittee.EPOCH;
import static io.wherry.attest.session.SimulatedCommittee.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.attest.frost.Scalar;
import io.wherry.attest.session.Action.Blamed;
import io.wherry.attest.session.Action.Completed;
import io.wherry.attest.session.Action.Failed;
import io.wherry.attest.session.Action.Send;
import io.wherry.attest.session.Packet.Declined;
import io.wherry.attest.session.Packet.Declined.Kind;
import io.wherry.attest.session.Packet.Share;
import io.wherry.attest.session.Packet.SignRequest;
import io.wherry.attest.session.Packet.Signer;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
class ParticipantTest {
  static Stream<Arguments> committees() {
    return Stream.of(Arguments.of(2, 3), Arguments.of(3, 5));
  }

  static LongStream seeds() {
    return LongStream.range(0, 25);
  }

  @ParameterizedTest
  @MethodSource("committees")
  void everyMemberLearnsTheAttestation(int threshold, int members) {
    var committee = new SimulatedCommittee(threshold, members, 51).warmedUp();
    for (int coordinator = 1; coordinator <= members; coordinator++) {
      var batch = committee.batch("batch of " + coordinator, 5);
      committee.attest(coordinator, batch);
      committee.deliverAll();
      for (int i = 1; i <= members; i++) {
        var completed = committee.results(i, Completed.class).getLast();
        assertThat(completed.attestation().batch()).isEqualTo(batch);
        assertThat(completed.attestation().scheme()).isEqualTo("secp256k1-evm");
        assertThat(committee.participant(i).verifier().accepts(completed.attestation())).isTrue();
      }
    }
    committee.results.values().forEach(found -> assertThat(found).hasSize(members));
  }

  @ParameterizedTest
  @MethodSource("committees")
  void takesOneRoundTripOnceCommitmentsAreThere(int threshold, int members) {
    var committee = new SimulatedCommittee(threshold, members, 52).warmedUp();
    for (int i = 0; i < 10; i++) {
      committee.forget();
      committee.attest(1, committee.batch("batch " + i, 1));
      committee.deliverAll();
      assertThat(committee.traffic())
          .isEqualTo(
              Map.of(
                  "SignRequest", threshold - 1, "Share", threshold - 1, "Attested", members - 1));
    }
  }

  @Test
  void takesTwoRoundTripsFromColdStart() {
    var committee = new SimulatedCommittee(2, 3, 53);
    committee.attest(1, committee.batch("first", 1));
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
  }

  @Test
  void committeeOfOneSignsAlone() {
    var committee = new SimulatedCommittee(1, 1, 54).warmedUp();
    committee.attest(1, committee.batch("alone", 3));
    assertThat(committee.results(1)).singleElement().isInstanceOf(Completed.class);
  }

  @Test
  void attestsMoreBatchesThanPoolsHoldCommitments() {
    var committee = new SimulatedCommittee(2, 3, 55).warmedUp();
    for (int i = 0; i < 200; i++) {
      committee.attest(1, committee.batch("batch " + i, 1));
    }
    committee.run(2);
    assertThat(committee.results(1, Completed.class)).hasSize(200);
    assertThat(committee.results(1, Failed.class)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void survivesNetworkThatReordersLosesAndRepeats(long seed) {
    var committee = new SimulatedCommittee(3, 5, seed).warmedUp();
    committee.lossRate = 0.15;
    committee.repeatRate = 0.2;
    var batches = new ArrayList<Batch>();
    for (int i = 0; i < 12; i++) {
      batches.add(committee.batch("batch " + i, 1 + i % 3));
    }
    for (int round = 0; round < 12; round++) {
      for (int i = 0; i < batches.size(); i++) {
        int coordinator = 1 + (i + round) % 5;
        if (attested(committee, batches.get(i)).isEmpty()) {
          committee.attest(coordinator, batches.get(i));
          committee.attest(1 + coordinator % 5, batches.get(i));
        }
      }
      if (round == 1) {
        committee.restart(member(1 + (int) seed % 5));
      }
      committee.run(10);
    }
    for (var batch : batches) {
      assertThat(attested(committee, batch)).isNotEmpty();
    }
    for (int i = 1; i <= 5; i++) {
      assertThat(committee.results(i, Blamed.class)).isEmpty();
      assertThat(committee.participant(i).banned()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("committees")
  void namesTheAuthorOfBadShareAndAttestsWithoutIt(int threshold, int members) {
    var committee = new SimulatedCommittee(threshold, members, 56).warmedUp();
    var liar = member(2);
    committee.network =
        packet ->
            packet.from().equals(liar)
                    && packet.packet() instanceof Share(var session, var z, var fresh)
                ? packet.with(new Share(session, z.add(Scalar.ONE), fresh)).itself()
                : packet.itself();
    for (int i = 0; i < 10; i++) {
      committee.attest(1, committee.batch("batch " + i, 1));
      committee.deliverAll();
    }
    assertThat(committee.results(1, Completed.class)).hasSize(10);
    var blamed = committee.results(1, Blamed.class);
    assertThat(blamed).hasSize(1);
    assertThat(blamed.getFirst().member()).isEqualTo(liar);
    assertThat(blamed.getFirst().request().session())
        .isEqualTo(blamed.getFirst().share().session());
    assertThat(committee.participant(1).banned()).containsExactly(liar);
    committee.forget();
    committee.attest(1, committee.batch("afterwards", 1));
    committee.run(1);
    assertThat(committee.sent)
        .noneMatch(sent -> sent.to().equals(liar) && sent.packet() instanceof SignRequest);
  }

  @Test
  void saysWhenTooManyMembersLie() {
    var committee = new SimulatedCommittee(2, 3, 57).warmedUp();
    committee.network =
        packet ->
            packet.packet() instanceof Share(var session, var z, var fresh)
                ? packet.with(new Share(session, z.add(Scalar.ONE), fresh)).itself()
                : packet.itself();
    committee.attest(1, committee.batch("batch", 1));
    committee.deliverAll();
    assertThat(committee.results(1, Blamed.class)).hasSize(2);
    var failed = committee.results(1, Failed.class);
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().reason()).contains("member-2: signed wrongly", "member-3");
    assertThat(failed.getFirst().notYet()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("committees")
  void goesOnWithoutSilentMemberAndPrefersOthersLater(int threshold, int members) {
    var committee = new SimulatedCommittee(threshold, members, 58).warmedUp();
    var silent = member(3);
    committee.network =
        packet ->
            packet.from().equals(silent) || packet.to().equals(silent)
                ? List.of()
                : packet.itself();
    for (int i = 0; i < 10; i++) {
      committee.attest(1, committee.batch("batch " + i, 1));
    }
    committee.run(6);
    assertThat(committee.results(1, Completed.class)).hasSize(10);
    assertThat(committee.participant(1).banned()).isEmpty();
    committee.forget();
    committee.attest(1, committee.batch("later", 1));
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
    assertThat(committee.sent)
        .noneMatch(sent -> sent.to().equals(silent) && sent.packet() instanceof SignRequest);
  }

  @Test
  void failsWithNamesWhereTooFewAnswer() {
    var committee = new SimulatedCommittee(2, 3, 59).warmedUp();
    committee.network = packet -> List.of();
    committee.attest(1, committee.batch("batch", 1));
    committee.run(12);
    var failed = committee.results(1, Failed.class);
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().reason()).contains("member-2: no answer", "member-3: no answer");
    assertThat(failed.getFirst().notYet()).containsExactlyInAnyOrder(member(2), member(3));
  }

  @Test
  void answersIdenticalRequestWithIdenticalShare() {
    var committee = new SimulatedCommittee(2, 3, 60).warmedUp();
    var request = request(committee, 1, committee.batch("batch", 2));
    var signer = signerOf(request, 1);
    var first = committee.hand(1, signer, request);
    assertThat(onlyPacket(first)).isInstanceOf(Share.class);
    assertThat(committee.hand(1, signer, request)).isEqualTo(first);
    committee.consent(signer).refuse("changed my mind");
    assertThat(committee.hand(1, signer, request)).isEqualTo(first);
    assertThat(committee.record(signer).asked).isEqualTo(1);
  }

  @Test
  void refusesAnotherRequestForTheSameNonce() {
    var committee = new SimulatedCommittee(2, 3, 61).warmedUp();
    var request = request(committee, 1, committee.batch("batch", 1));
    var signer = signerOf(request, 1);
    assertThat(onlyPacket(committee.hand(1, signer, request))).isInstanceOf(Share.class);
    var other =
        new SignRequest(request.session(), committee.batch("another", 1), request.signers());
    assertDeclined(committee.hand(1, signer, other), Kind.NONCE_UNKNOWN, "signed another request");
    var renamed =
        new SignRequest(new SessionId(Bytes.of(new byte[16])), request.batch(), request.signers());
    assertDeclined(
        committee.hand(1, signer, renamed), Kind.NONCE_UNKNOWN, "signed another request");
  }

  @Test
  void refusesNonceOfAnotherCoordinator() {
    var committee = new SimulatedCommittee(2, 3, 62).warmedUp();
    var request = request(committee, 1, committee.batch("batch", 1));
    var signer = signerOf(request, 1);
    int thief = signer == 2 ? 3 : 2;
    var declined = (Declined) onlyPacket(committee.hand(thief, signer, request));
    assertThat(declined.kind()).isIn(Kind.REFUSED, Kind.NONCE_UNKNOWN);
    assertThat(committee.record(signer).asked).isZero();
    assertThat(onlyPacket(committee.hand(1, signer, request))).isInstanceOf(Share.class);
  }

  @Test
  void refusesRequestThatIsNotCanonical() {
    var committee = new SimulatedCommittee(2, 3, 63).warmedUp();
    refused(committee, request -> reversed(request), "ascending");
    refused(committee, request -> List.of(own(request), own(request)), "each once");
    refused(committee, request -> List.of(own(request)), "expected 2 to 3 commitments");
    refused(
        committee,
        request ->
            request.signers().stream().filter(signer -> !signer.equals(own(request))).toList(),
        "does not name this member");
    refused(
        committee,
        request -> {
          var signers = new ArrayList<>(request.signers());
          signers.add(at(new MemberId(9), own(request)));
          return signers;
        },
        "members of 1 to 3");
    refused(
        committee,
        request -> {
          var own = own(request);
          var signers = new ArrayList<>(request.signers());
          signers.set(
              signers.indexOf(own),
              new Signer(own.member(), own.bootEpoch(), own.index(), own.binding(), own.hiding()));
          return signers;
        },
        "own commitment");
    for (int i = 1; i <= 3; i++) {
      assertThat(committee.record(i).asked).isZero();
    }
  }

  @Test
  void refusesBatchOfAnotherKeyEpoch() {
    var committee = new SimulatedCommittee(2, 3, 64).warmedUp();
    var request = request(committee, 1, committee.batch("batch", 1));
    var batch = request.batch();
    var foreign = new Batch(batch.destination(), new KeyEpoch(2), batch.messages());
    assertDeclined(
        committee.hand(
            1,
            signerOf(request, 1),
            new SignRequest(request.session(), foreign, request.signers())),
        Kind.REFUSED,
        "expected key epoch 1, got 2");
    committee.forget();
    committee.attest(1, foreign);
    assertThat(committee.results(1)).singleElement().isInstanceOf(Failed.class);
  }

  @Test
  void attestsLaterWhatWasNotYetFinal() {
    var committee = new SimulatedCommittee(2, 3, 65).warmedUp();
    var batch = committee.batch("batch", 2);
    committee.consent(2).notYet("12 of 20 confirmations");
    committee.consent(3).notYet("endpoints disagree");
    committee.attest(1, batch);
    committee.deliverAll();
    var failed = committee.results(1, Failed.class);
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().notYet()).containsExactlyInAnyOrder(member(2), member(3));
    assertThat(failed.getFirst().reason())
        .contains("member-2: 12 of 20 confirmations", "member-3: endpoints disagree");
    committee.consent(3).give();
    committee.attest(1, batch);
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
    assertThat(committee.record(2).signed).isEmpty();
  }

  @Test
  void coordinatorNeedsItsOwnConsent() {
    var committee = new SimulatedCommittee(2, 3, 66).warmedUp();
    committee.forget();
    committee.consent(1).notYet("not final");
    committee.attest(1, committee.batch("batch", 1));
    assertThat(committee.results(1, Failed.class).getFirst().notYet()).isEqualTo(Set.of(member(1)));
    committee.consent(1).refuse("paused");
    committee.attest(1, committee.batch("batch", 1));
    assertThat(committee.results(1, Failed.class).getLast().notYet()).isEmpty();
    assertThat(committee.sent).isEmpty();
  }

  @Test
  void refusesConflictingMessageForSignedSlot() {
    var committee = new SimulatedCommittee(2, 3, 67).warmedUp();
    committee.attest(1, committee.claiming("true", 7));
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
    // members 1 and one other have signed; whoever coordinates the lie finds too few
    var lie = committee.claiming("lie", 7);
    for (int coordinator = 1; coordinator <= 3; coordinator++) {
      committee.attest(coordinator, lie);
    }
    committee.run(6);
    for (int i = 1; i <= 3; i++) {
      assertThat(attested(committee, lie)).isEmpty();
      assertThat(committee.results(i, Failed.class)).hasSize(1);
      assertThat(committee.results(i, Failed.class).getFirst().reason()).contains("holds");
    }
  }

  @Test
  void asksTheRecordBeforeAnyShare() {
    var committee = new SimulatedCommittee(2, 3, 68).warmedUp();
    var request = request(committee, 1, committee.batch("batch", 1));
    var signer = signerOf(request, 1);
    committee.record(signer).available = false;
    assertDeclined(committee.hand(1, signer, request), Kind.NOT_YET, "disk full");
    assertThat(committee.record(signer).asked).isEqualTo(1);
    committee.record(signer).available = true;
    assertDeclined(committee.hand(1, signer, request), Kind.NONCE_UNKNOWN, "no such nonce");
  }

  @Test
  void restartMakesPeersDropOldCommitments() {
    var committee = new SimulatedCommittee(2, 3, 69).warmedUp();
    var stale = request(committee, 1, committee.batch("before", 1));
    var signer = signerOf(stale, 1);
    committee.restart(member(2));
    committee.restart(member(3));
    assertDeclined(committee.hand(1, signer, stale), Kind.NONCE_UNKNOWN, "has restarted");
    committee.tick(); // announces the new boot epochs
    committee.deliverAll();
    committee.forget();
    committee.attest(1, committee.batch("after", 1));
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
    assertThat(committee.sent)
        .filteredOn(sent -> sent.packet() instanceof SignRequest)
        .allSatisfy(
            sent ->
                assertThat(((SignRequest) sent.packet()).signers())
                    .filteredOn(entry -> !entry.member().equals(member(1)))
                    .allMatch(entry -> entry.bootEpoch() == 2));
  }

  @Test
  void recoversFromRestartThatWasNotAnnounced() {
    var committee = new SimulatedCommittee(2, 3, 70).warmedUp();
    committee.restart(member(2));
    committee.restart(member(3));
    committee.attest(1, committee.batch("batch", 1));
    committee.deliverAll();
    assertThat(committee.results(1, Completed.class)).hasSize(1);
    assertThat(committee.results(1, Failed.class)).isEmpty();
  }

  @Test
  void ignoresCommitmentsFromBeforeRestart() {
    var committee = new SimulatedCommittee(2, 3, 71).warmedUp();
    var old =
        committee.sent.stream()
            .filter(sent -> sent.from().equals(member(2)) && sent.to().equals(member(1)))
            .map(SimulatedCommittee.InFlight::packet)
            .filter(
                packet ->
                    packet instanceof Packet.Commitments offered && !offered.offers().isEmpty())
            .findFirst()
            .orElseThrow();
    committee.restart(member(2));
    committee.tick();
    committee.deliverAll();
    committee.send(2, 1, old);
    committee.deliverAll();
    committee.forget();
    committee.network = packet -> packet.to().equals(member(3)) ? List.of() : packet.itself();
    for (int i = 0; i < 5; i++) {
      committee.attest(1, committee.batch("batch " + i, 1));
    }
    committee.run(6);
    assertThat(committee.results(1, Completed.class)).hasSize(5);
    assertThat(committee.traffic()).doesNotContainKey("Declined");
  }

  @Test
  void believesOnlyAttestationsThatVerify() {
    var committee = new SimulatedCommittee(2, 3, 72).warmedUp();
    committee.attest(1, committee.batch("batch", 1));
    committee.deliverAll();
    var genuine = committee.results(2, Completed.class).getFirst().attestation();
    var late = new SimulatedCommittee(2, 3, 72).warmedUp(); // the same key, nothing known
    var forged = genuine.signature().toArray();
    forged[51] ^= 1;
    for (var false1 :
        List.of(
            new Attestation(genuine.batch(), genuine.scheme(), Bytes.of(forged)),
            new Attestation(genuine.batch(), "ecdsa-multisig", genuine.signature()),
            new Attestation(committee.batch("another", 1), genuine.scheme(), genuine.signature()),
            new Attestation(
                new Batch(
                    genuine.batch().destination(), new KeyEpoch(2), genuine.batch().messages()),
                genuine.scheme(),
                genuine.signature()))) {
      assertThat(late.hand(2, 3, new Packet.Attested(false1))).isEmpty();
    }
    assertThat(late.hand(2, 3, new Packet.Attested(genuine)))
        .containsExactly(new Completed(genuine));
    assertThat(late.hand(1, 3, new Packet.Attested(genuine))).isEmpty();
    assertThat(late.participant(3).attest(genuine.batch(), late.now))
        .containsExactly(new Completed(genuine));
  }

  @Test
  void resultOfAnotherEndsTheOwnCoordination() {
    var committee = new SimulatedCommittee(2, 3, 73).warmedUp();
    var batch = committee.batch("batch", 1);
    committee.attest(1, batch);
    committee.attest(2, batch);
    committee.attest(3, batch);
    committee.run(6);
    for (int i = 1; i <= 3; i++) {
      assertThat(committee.results(i)).singleElement().isInstanceOf(Completed.class);
    }
  }

  @Test
  void ignoresStrangersAndItself() {
    var committee = new SimulatedCommittee(2, 3, 74).warmedUp();
    var wanted = new Packet.CommitmentsWanted(0, 0);
    assertThat(committee.hand(4, 1, wanted)).isEmpty();
    assertThat(committee.hand(1, 1, wanted)).isEmpty();
    assertThat(committee.hand(2, 1, wanted)).hasSize(1);
  }

  @Test
  void ignoresShareOfOneWhoWasNotAsked() {
    var committee = new SimulatedCommittee(2, 3, 75).warmedUp();
    committee.network = packet -> List.of();
    committee.attest(1, committee.batch("batch", 1));
    var request = (SignRequest) committee.sent.getLast().packet();
    int outsider = signerOf(request, 1) == 2 ? 3 : 2;
    var share = new Share(request.session(), Scalar.ONE, new Packet.Commitments(1, List.of()));
    assertThat(committee.hand(outsider, 1, share)).isEmpty();
    assertThat(committee.participant(1).banned()).isEmpty();
  }

  @Test
  void askingForCommitmentsCannotKeepSignerBusy() {
    var committee = new SimulatedCommittee(2, 3, 76).warmedUp();
    int made = 0;
    for (int i = 1; i <= 100; i++) {
      var answer =
          (Packet.Commitments)
              onlyPacket(committee.hand(2, 1, new Packet.CommitmentsWanted(1, 64L * i)));
      made += answer.offers().size();
    }
    assertThat(made).isLessThanOrEqualTo(64);
  }

  @Test
  void limitsTheBatchesThatItCoordinates() {
    var committee = new SimulatedCommittee(2, 3, 77).warmedUp();
    committee.network = packet -> List.of();
    for (int i = 0; i < Limits.STANDARD.batchesMax() + 1; i++) {
      committee.attest(1, committee.batch("batch " + i, 1));
    }
    assertThat(committee.results(1, Failed.class)).hasSize(1);
    assertThat(committee.results(1, Failed.class).getFirst().reason())
        .contains("256 batches are being attested already");
  }

  @Test
  void cannotBeMadeWithoutBootEpoch() {
    var committee = new SimulatedCommittee(2, 3, 78);
    assertThatThrownBy(
            () ->
                new Participant(
                    CURVE,
                    committee.shares.getFirst(),
                    committee.consent(1),
                    committee.record(1),
                    0,
                    new SplittableRandom(1),
                    Limits.STANDARD))
        .hasMessageContaining("boot epoch");
    assertThat(committee.shares.getFirst().epoch()).isEqualTo(EPOCH);
  }

  private static List<Completed> attested(SimulatedCommittee committee, Batch batch) {
    return committee.participants.keySet().stream()
        .flatMap(member -> committee.results(member.number(), Completed.class).stream())
        .filter(completed -> completed.attestation().batch().equals(batch))
        .toList();
  }

  /// The request that `coordinator` makes for `batch`, caught before it arrives.
  private static SignRequest request(SimulatedCommittee committee, int coordinator, Batch batch) {
    committee.network = packet -> List.of();
    committee.forget();
    committee.attest(coordinator, batch);
    committee.network = SimulatedCommittee.InFlight::itself;
    return (SignRequest) committee.sent.getFirst().packet();
  }

  private static int signerOf(SignRequest request, int coordinator) {
    return request.signers().stream()
        .map(signer -> signer.member().number())
        .filter(number -> number != coordinator)
        .findFirst()
        .orElseThrow();
  }

  private static Signer own(SignRequest request) {
    int signer = signerOf(request, 1);
    return request.signers().stream()
        .filter(entry -> entry.member().number() == signer)
        .findFirst()
        .orElseThrow();
  }

  private static List<Signer> reversed(SignRequest request) {
    var signers = new ArrayList<>(request.signers());
    Collections.reverse(signers);
    return signers;
  }

  private static Signer at(MemberId member, Signer like) {
    return new Signer(member, like.bootEpoch(), like.index(), like.hiding(), like.binding());
  }

  private interface Change {
    List<Signer> apply(SignRequest request);
  }

  private static void refused(SimulatedCommittee committee, Change change, String reason) {
    var request = request(committee, 1, committee.batch(reason, 1));
    var changed = new SignRequest(request.session(), request.batch(), change.apply(request));
    assertDeclined(committee.hand(1, signerOf(request, 1), changed), Kind.REFUSED, reason);
  }

  private static void assertDeclined(List<Action> actions, Kind kind, String reason) {
    var declined = (Declined) onlyPacket(actions);
    assertThat(declined.reason()).contains(reason);
    assertThat(declined.kind()).isEqualTo(kind);
  }

  private static Packet onlyPacket(List<Action> actions) {
    assertThat(actions).hasSize(1);
    return ((Send) actions.getFirst()).packet();
  }
}
