// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainException;
import io.wherry.chain.ChainReader;
import io.wherry.chain.ChainWriter;
import io.wherry.chain.FinalityPolicy;
import io.wherry.model.Address;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ChainLinkTest {
  private static final ChainId CHAIN = ChainId.eip155(7);
  private static final ChainLink.Terms TERMS =
      new ChainLink.Terms(new FinalityPolicy.Safe(), 5, Duration.ofSeconds(1), 10);
  private final Deque<ChainLink.Opening> openings = new ArrayDeque<>();
  private final ChainLink link = new ChainLink(CHAIN, TERMS, () -> openings.pop().open());

  private static final class FakeAdapter implements ChainAdapter {
    int closed;

    @Override
    public ChainId chain() {
      return CHAIN;
    }

    @Override
    public Address gateway() {
      return Address.eip155(CHAIN, Bytes.of(new byte[20]));
    }

    @Override
    public ChainReader reader() {
      throw new AssertionError("not asked for");
    }

    @Override
    public ChainWriter writer() {
      throw new AssertionError("not asked for");
    }

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void saysWhichChainOnWhichTermsWithoutConnecting() {
    assertThat(link.id()).isEqualTo(CHAIN);
    assertThat(link.terms()).isEqualTo(TERMS);
  }

  @Test
  void triesAgainUntilItSucceedsAndThenKeepsTheConnection() throws ChainException {
    var adapter = new FakeAdapter();
    openings.addAll(
        List.of(
            () -> {
              throw new ChainException.Transient("no answer");
            },
            () -> adapter));

    assertThatThrownBy(link::adapter)
        .isInstanceOf(ChainException.Transient.class)
        .hasMessage("no answer");
    assertThat(link.adapter()).isSameAs(adapter);
    assertThat(link.adapter()).as("a third opening would fail").isSameAs(adapter);
  }

  @Test
  void closesTheConnectionOnceAndConnectsAnewAfterwards() throws ChainException {
    var first = new FakeAdapter();
    var second = new FakeAdapter();
    openings.addAll(List.of(() -> first, () -> second));
    link.adapter();

    link.close();
    link.close();

    assertThat(first.closed).isEqualTo(1);
    assertThat(link.adapter()).isSameAs(second);
  }

  @Test
  void closesNothingThatWasNeverOpened() {
    link.close();

    assertThat(openings).isEmpty();
  }
}
