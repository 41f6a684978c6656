// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

/// Why an incoming envelope was dropped, in the order of the checks. Nothing that an envelope says
/// of itself is proved before [#BAD_SIGNATURE], so all reasons but the last two may be provoked by
/// anyone who reaches the bus. Names are part of metrics: do not rename them.
public enum DropReason {
  /// More bytes than the limit.
  TOO_LARGE,
  /// Not an envelope, or not the one canonical encoding of it.
  MALFORMED,
  /// An envelope of another version.
  UNKNOWN_VERSION,
  /// Bound to another roster: another cluster, or members whose configurations differ.
  FOREIGN_ROSTER,
  /// For a key epoch that this node does not serve.
  FOREIGN_EPOCH,
  /// From a number that is not in the roster.
  UNKNOWN_MEMBER,
  /// Written by this node itself.
  OWN,
  /// For another member.
  WRONG_RECIPIENT,
  /// Past its time.
  EXPIRED,
  /// Valid for longer than allowed: the sender's clock is wrong, or its settings are.
  TOO_LONG_LIVED,
  /// Of an earlier life of the sender's process.
  OLD_BOOT,
  /// Seen before, or too old to tell.
  REPLAYED,
  /// Not signed by the member it names.
  BAD_SIGNATURE
}
