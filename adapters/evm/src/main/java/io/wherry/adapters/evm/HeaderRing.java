// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.model.Checkpoint;
import io.wherry.model.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The last blocks seen, as one linked piece of chain that ends where the last look ended. It is
/// bounded, and lost with the process.
final class HeaderRing {
  private final int blocksMax;
  private final TreeMap<Long, Hash32> hashes = new TreeMap<>();

  HeaderRing(int blocksMax) {
    this.blocksMax = blocksMax;
  }

  /// Whether `block` is in the piece.
  synchronized boolean holds(Checkpoint block) {
    return block.hash().equals(hashes.get(block.height()));
  }

  /// Appends `linked`, ascending and linked to each other, behind `cursor`. Whatever the ring holds
  /// above the cursor goes; where the cursor is not in it, all of it does.
  synchronized void extend(Checkpoint cursor, List<Checkpoint> linked) {
    if (holds(cursor)) {
      hashes.tailMap(cursor.height(), false).clear();
    } else {
      hashes.clear();
      hashes.put(cursor.height(), cursor.hash());
    }
    linked.forEach(block -> hashes.put(block.height(), block.hash()));
    trim();
  }

  /// Puts `linked`, ascending and linked to each other, before the piece that begins or continues
  /// with `cursor`.
  synchronized void backfill(List<Checkpoint> linked, Checkpoint cursor) {
    hashes.clear();
    linked.forEach(block -> hashes.put(block.height(), block.hash()));
    hashes.put(cursor.height(), cursor.hash());
    trim();
  }

  /// The blocks below `cursor`, from the highest to the lowest; none where the cursor is not here.
  synchronized List<Checkpoint> below(Checkpoint cursor) {
    var below = new ArrayList<Checkpoint>();
    if (holds(cursor)) {
      hashes
          .headMap(cursor.height(), false)
          .descendingMap()
          .forEach((height, hash) -> below.add(new Checkpoint(height, hash)));
    }
    return below;
  }

  private void trim() {
    while (hashes.size() > blocksMax) {
      hashes.pollFirstEntry();
    }
  }
}
