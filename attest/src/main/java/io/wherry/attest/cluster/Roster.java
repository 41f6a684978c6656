// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import io.wherry.model.Hash32;
import io.wherry.model.MemberId;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who the committee is. Every node reads it from its own configuration; its hash is the trust
/// anchor that all of them must share, and stands in every envelope.
///
/// @param cluster the cluster's name: 1 to 64 of `a-z`, `0-9`, `-`
/// @param keyGroup the name of the key group that this committee signs for: same form
/// @param threshold how many members sign: 1 to the number of members
/// @param members 1 to 1,000 members in ascending order of their numbers, numbers and keys unique
public record Roster(String cluster, String keyGroup, int threshold, List<Member> members) {
  /// The most members a roster may have.
  public static final int MEMBERS_MAX = 1_000;

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");
  private static final String TAG = "wherry.roster.v1";

  /// One member.
  ///
  /// @param id its number
  /// @param key its identity key
  /// @param endpoint where its cluster port is reached; not part of the roster's hash, since an
  ///   address proves nothing and may differ between the networks of two members
  public record Member(MemberId id, IdentityKey key, Endpoint endpoint) {}

  public Roster {
    requireName("cluster", cluster);
    requireName("key group", keyGroup);
    if (members.isEmpty() || members.size() > MEMBERS_MAX) {
      throw new IllegalArgumentException(
          "expected 1 to %d members, got %d".formatted(MEMBERS_MAX, members.size()));
    }
    if (threshold < 1 || threshold > members.size()) {
      throw new IllegalArgumentException(
          "expected a threshold of 1 to %d (the number of members), got %d"
              .formatted(members.size(), threshold));
    }
    var sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(Member::id));
    members = List.copyOf(sorted);
    var ids = new HashSet<MemberId>();
    var keys = new HashSet<IdentityKey>();
    for (var member : members) {
      if (!ids.add(member.id())) {
        throw new IllegalArgumentException(member.id() + " is listed twice");
      }
      if (!keys.add(member.key())) {
        throw new IllegalArgumentException(
            "%s has the same key as another member: %s".formatted(member.id(), member.key()));
      }
    }
  }

  /// The member of that number, if there is one.
  public Optional<Member> member(MemberId id) {
    return members.stream().filter(member -> member.id().equals(id)).findFirst();
  }

  /// SHA-256 over a domain tag, cluster name, key group name, threshold, and the members' numbers
  /// and keys in ascending order; lengths before texts, all numbers big-endian. Endpoints are not
  /// in it.
  public Hash32 hash() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      text(out, TAG);
      text(out, cluster);
      text(out, keyGroup);
      out.writeInt(threshold);
      out.writeInt(members.size());
      for (var member : members) {
        out.writeInt(member.id().number());
        out.write(member.key().encoded().toArray());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    try {
      return Hash32.of(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    var encoded = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(encoded.length);
    out.write(encoded);
  }

  private static void requireName(String field, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "expected a %s name of 1 to 64 of a-z, 0-9 and '-', got '%s'"
              .formatted(field, name.length() > 80 ? name.substring(0, 80) + "…" : name));
    }
  }
}
