// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.keys;

import io.wherry.attest.frost.Curve;
import io.wherry.attest.frost.GroupKey;
import io.wherry.attest.frost.Point;
import io.wherry.attest.frost.Suite;
import io.wherry.model.Bytes;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/// What stands in a share file in the clear, and is authenticated with the secret: `suite | epoch
/// u32 | member u16 | t u16 | n u16 | group key 33 | n public shares of 33 | origin | iterations
/// u32 | memory u32 | lanes u32 | salt 16`, with texts as `length u8 | UTF-8`.
///
/// @param epoch the key epoch
/// @param member whose share follows
/// @param group suite, threshold, group key and public shares
/// @param origin how the key came into being
/// @param kdf how the password becomes a key
record ShareHeader(KeyEpoch epoch, MemberId member, GroupKey group, Origin origin, Kdf kdf) {
  /// The most bytes that a header can have.
  static final int BYTES_MAX = 16 * 1024;

  Bytes encoded() {
    var out = ByteBuffer.allocate(BYTES_MAX);
    putText(out, group.suite().id());
    out.putInt((int) epoch.number());
    out.putShort((short) member.number());
    out.putShort((short) group.threshold());
    out.putShort((short) group.members());
    out.put(group.key().encoded().toArray());
    for (var share : group.publicShares()) {
      out.put(share.encoded().toArray());
    }
    putText(out, origin.text());
    out.putInt(kdf.iterations());
    out.putInt(kdf.memoryKibibytes());
    out.putInt(kdf.lanes());
    out.put(kdf.salt().toArray());
    return Bytes.of(java.util.Arrays.copyOf(out.array(), out.position()));
  }

  /// Reads a header and leaves `in` behind it.
  ///
  /// @throws IllegalArgumentException naming the field that is wrong
  /// @throws java.nio.BufferUnderflowException where the header is cut off
  static ShareHeader decode(ByteBuffer in, Curve curve) {
    var suite = Suite.parse(text(in));
    var epoch = new KeyEpoch(Integer.toUnsignedLong(in.getInt()));
    var member = new MemberId(Short.toUnsignedInt(in.getShort()));
    int threshold = Short.toUnsignedInt(in.getShort());
    int members = Short.toUnsignedInt(in.getShort());
    if (members > GroupKey.MEMBERS_MAX) {
      throw new IllegalArgumentException("too many members: " + members);
    }
    var key = curve.decode(bytes(in, Point.BYTES));
    var shares = new ArrayList<Point>();
    for (int i = 0; i < members; i++) {
      shares.add(curve.decode(bytes(in, Point.BYTES)));
    }
    var group = new GroupKey(suite, threshold, key, shares);
    var origin = Origin.parse(text(in));
    var kdf = new Kdf(in.getInt(), in.getInt(), in.getInt(), bytes(in, Kdf.SALT_BYTES));
    return new ShareHeader(epoch, member, group, origin, kdf);
  }

  private static Bytes bytes(ByteBuffer in, int count) {
    var out = new byte[count];
    in.get(out);
    return Bytes.of(out);
  }

  private static void putText(ByteBuffer out, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    out.put((byte) bytes.length).put(bytes);
  }

  private static String text(ByteBuffer in) {
    return new String(bytes(in, Byte.toUnsignedInt(in.get())).toArray(), StandardCharsets.UTF_8);
  }
}
