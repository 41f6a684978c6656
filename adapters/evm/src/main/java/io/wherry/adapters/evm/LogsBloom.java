// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.format.Keccak;
import io.wherry.model.Bytes;

/// The filter in a block's header that says which logs the block may hold. It errs on one side
/// only: what it denies is not there. A block whose filter admits a log that the endpoint did not
/// return is asked for again.
///
/// @see <a href="https://ethereum.github.io/yellowpaper/paper.pdf">Yellow Paper, section 4.3.1</a>
final class LogsBloom {
  static final int BYTES = 256;
  private static final int BITS_PER_ENTRY = 3;

  private LogsBloom() {}

  /// Whether a block with filter `bloom` may hold something (an address or topic) equal to `entry`.
  static boolean mayHold(Bytes bloom, Bytes entry) {
    var hash = Keccak.hash(entry).bytes();
    for (int i = 0; i < BITS_PER_ENTRY; i++) {
      int bit = (hash.at(2 * i) << 8 | hash.at(2 * i + 1)) & 0x7ff;
      if ((bloom.at(BYTES - 1 - bit / 8) & 1 << bit % 8) == 0) {
        return false;
      }
    }
    return true;
  }
}
