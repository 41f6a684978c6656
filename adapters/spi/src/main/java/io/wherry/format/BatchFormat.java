// SPDX-License-Identifier: Apache-2.0
package io.wherry.format;

import io.wherry.model.Batch;
import io.wherry.model.Bytes;
import io.wherry.model.Hash32;
import io.wherry.model.MessageId;
import io.wherry.model.Root;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How a batch is hashed and signed. The tree is OpenZeppelin's: a leaf is hashed twice, pairs are
/// hashed in ascending order, and n leaves stand in reverse at the end of a complete binary tree of
/// 2n − 1 nodes. The batch's own order is kept. A batch of one has its only leaf as root, and an
/// empty proof.
public final class BatchFormat {
  private static final Hash32 ATTESTATION = Keccak.hash("wherry.attestation.v1");

  private BatchFormat() {}

  /// The Merkle root of `messages`, at least one.
  public static Root root(List<MessageId> messages) {
    return new Root(tree(messages)[0]);
  }

  /// The siblings on the way from message number `index` up to the root.
  public static List<Hash32> proof(List<MessageId> messages, int index) {
    var tree = tree(messages);
    var proof = new ArrayList<Hash32>();
    for (int at = tree.length - 1 - index; at > 0; at = (at - 1) / 2) {
      proof.add(tree[at % 2 == 0 ? at - 1 : at + 1]);
    }
    return proof;
  }

  /// What the committee signs: `keccak256(abi.encode(keccak256("wherry.attestation.v1"),
  /// destinationChainId, destinationGateway, uint32 keyEpoch, root))`. Chain id and gateway are
  /// numbers on an EVM chain; elsewhere they are the hashes of the ERC-7930 address' reference and
  /// account.
  public static Hash32 digest(Batch batch) {
    var destination = batch.destination();
    boolean evm = destination.chain().namespace().equals("eip155");
    var chain =
        evm
            ? Abi.uint(new BigInteger(destination.chain().reference()))
            : Keccak.hash(destination.chain().value()).bytes();
    var gateway =
        evm
            ? Abi.uint(new BigInteger(1, destination.account().toArray()))
            : Keccak.hash(destination.account()).bytes();
    return Keccak.hash(
        Abi.encode(
            Abi.word(ATTESTATION.bytes()),
            Abi.word(chain),
            Abi.word(gateway),
            Abi.number(BigInteger.valueOf(batch.keyEpoch().number())),
            Abi.word(root(batch.messages()).hash().bytes())));
  }

  private static Hash32[] tree(List<MessageId> messages) {
    int leaves = messages.size();
    if (leaves == 0) {
      throw new IllegalArgumentException("expected at least one message");
    }
    var tree = new Hash32[2 * leaves - 1];
    for (int i = 0; i < leaves; i++) {
      tree[tree.length - 1 - i] = leaf(messages.get(i));
    }
    for (int i = leaves - 2; i >= 0; i--) {
      tree[i] = pair(tree[2 * i + 1], tree[2 * i + 2]);
    }
    return tree;
  }

  private static Hash32 leaf(MessageId id) {
    return Keccak.hash(Keccak.hash(id.hash().bytes()).bytes());
  }

  private static Hash32 pair(Hash32 a, Hash32 b) {
    var sorted = new Hash32[] {a, b};
    Arrays.sort(sorted);
    return Keccak.hash(Bytes.concat(sorted[0].bytes(), sorted[1].bytes()));
  }
}
