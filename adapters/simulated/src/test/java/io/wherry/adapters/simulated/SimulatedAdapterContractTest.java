// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.simulated;

import io.wherry.chain.ChainAdapter;
import io.wherry.chain.ChainAdapterContract;
import io.wherry.chain.ChainHarness;
import io.wherry.chain.SingleKeySigner;
import io.wherry.model.Address;
import io.wherry.model.Attestation;
import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The suite against a simulated chain.
final class SimulatedAdapterContractTest extends ChainAdapterContract {
  @Override
  protected ChainHarness harness() {
    return new Harness();
  }

  private static final class Harness implements ChainHarness {
    private static final ChainId ID = ChainId.eip155(31_337);
    private final SingleKeySigner signer = new SingleKeySigner(1);
    private final SimulatedChain chain =
        new SimulatedWorld(42, InstantSource.fixed(Instant.EPOCH))
            .found(
                ID,
                1000,
                (digest, attestation) -> signer.verifies(digest, attestation.signature()));

    Harness() {
      chain.refuse(refusing(), true);
      mine(20);
    }

    private static Address account(int last) {
      return Address.eip155(ID, Bytes.concat(Bytes.of(new byte[19]), Bytes.of((byte) last)));
    }

    @Override
    public ChainAdapter open() {
      return chain.open(account(1));
    }

    @Override
    public Sent send(Bytes payload) {
      return sendTogether(List.of(payload)).getFirst();
    }

    @Override
    public List<Sent> sendTogether(List<Bytes> payloads) {
      var there = Address.eip155(ChainId.eip155(10), account(7).account());
      var hashes = new HashSet<Hash32>();
      for (var payload : payloads) {
        hashes.add(chain.send(account(6), there, payload, List.of()));
      }
      chain.mine();
      var sent = new ArrayList<Sent>();
      for (var seen : chain.sent()) {
        if (hashes.contains(seen.transaction())) {
          sent.add(new Sent(seen.message(), seen.block(), seen.transaction()));
        }
      }
      return sent;
    }

    @Override
    public void mine(int blocks) {
      for (int i = 0; i < blocks; i++) {
        chain.mine();
      }
    }

    @Override
    public void reorganise(int depth) {
      chain.reorganise(depth, false);
    }

    @Override
    public Checkpoint block(long height) {
      return chain.block(height).orElseThrow();
    }

    @Override
    public long head() {
      return chain.head().height();
    }

    @Override
    public Address accepting() {
      return account(4);
    }

    @Override
    public Address refusing() {
      return account(5);
    }

    @Override
    public Attestation attest(Batch batch) {
      return signer.attest(batch);
    }

    @Override
    public void pauseGateway(boolean paused) {
      chain.pause(paused);
      chain.mine();
    }

    @Override
    public void close() {}
  }
}
