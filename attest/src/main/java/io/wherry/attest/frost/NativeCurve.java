// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.frost;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.wherry.model.Bytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// secp256k1 by Bitcoin's libsecp256k1, called through the foreign-function interface: constant
/// time for secrets, which stay outside the Java heap, and with a context whose blinding is
/// randomised once. The library is the one inside ACINQ's `secp256k1-kmp-jni-jvm-linux`.
///
/// libsecp256k1 aborts the process when its arguments break its contract (a null pointer, a key
/// that was never parsed); so every buffer has its fixed size here and every answer is checked
/// before it is used.
@SuppressWarnings("restricted") // calling native code is what this class is for
final class NativeCurve implements Curve {
  private static final int CONTEXT_NONE = 1;
  private static final int SERIALIZE_UNCOMPRESSED = 2;
  private static final int KEY_BYTES = 64;
  private static final int UNCOMPRESSED_BYTES = 65;

  private final MemorySegment context;
  private final MethodHandle parse;
  private final MethodHandle serialize;
  private final MethodHandle create;
  private final MethodHandle pointMultiply;
  private final MethodHandle combine;
  private final MethodHandle secretMultiply;
  private final MethodHandle secretAdd;
  private final MethodHandle secretNegate;

  private NativeCurve(SymbolLookup library, RandomGenerator random) {
    var ternary = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    parse = handle(library, "ec_pubkey_parse", ternary.appendArgumentLayouts(JAVA_LONG));
    serialize =
        handle(library, "ec_pubkey_serialize", ternary.appendArgumentLayouts(ADDRESS, JAVA_INT));
    create = handle(library, "ec_pubkey_create", ternary);
    pointMultiply = handle(library, "ec_pubkey_tweak_mul", ternary);
    combine = handle(library, "ec_pubkey_combine", ternary.appendArgumentLayouts(JAVA_LONG));
    secretMultiply = handle(library, "ec_seckey_tweak_mul", ternary);
    secretAdd = handle(library, "ec_seckey_tweak_add", ternary);
    secretNegate =
        handle(library, "ec_seckey_negate", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    context = randomisedContext(library, random);
  }

  /// Loads the library for this machine, for the life of the process.
  ///
  /// @param random blinds the context: a secure generator
  /// @throws IOException where there is no library for this machine or it cannot be copied to a
  ///   private temporary file
  /// @throws IllegalArgumentException where the library does not load
  static NativeCurve load(RandomGenerator random) throws IOException {
    var resource =
        "/fr/acinq/secp256k1/jni/native/%s/libsecp256k1-jni.so".formatted(platformFolder());
    try (var library = NativeCurve.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IOException("no library at " + resource);
      }
      var owner = PosixFilePermissions.fromString("rwx------");
      var folder =
          Files.createTempDirectory(
              "wherry-secp256k1-", PosixFilePermissions.asFileAttribute(owner));
      var file = folder.resolve("libsecp256k1.so");
      try {
        Files.copy(library, file);
        return new NativeCurve(SymbolLookup.libraryLookup(file, Arena.global()), random);
      } finally {
        remove(file, folder); // what is mapped stays mapped
      }
    }
  }

  @Override
  public String name() {
    return "libsecp256k1";
  }

  @Override
  public Point decode(Bytes encoded) {
    Encodings.checkCompressed(encoded);
    try (var arena = Arena.ofConfined()) {
      var key = arena.allocate(KEY_BYTES, 8);
      var input = arena.allocateFrom(JAVA_BYTE, encoded.toArray());
      if (call(() -> (int) parse.invokeExact(context, key, input, (long) Point.BYTES)) != 1) {
        throw Encodings.notOnCurve(encoded);
      }
      return point(arena, key);
    }
  }

  @Override
  public Point publish(Secret secret) {
    try (var arena = Arena.ofConfined()) {
      var key = arena.allocate(KEY_BYTES, 8);
      int made = secret.use(k -> call(() -> (int) create.invokeExact(context, key, k)));
      return point(arena, expectKey(made, key));
    }
  }

  @Override
  public Optional<Point> sum(List<Term> terms) {
    var nonZero = terms.stream().filter(term -> !term.factor().isZero()).toList();
    if (nonZero.isEmpty()) {
      return Optional.empty();
    }
    try (var arena = Arena.ofConfined()) {
      var keys = arena.allocate(MemoryLayout.sequenceLayout(nonZero.size(), ADDRESS));
      for (int i = 0; i < nonZero.size(); i++) {
        keys.setAtIndex(ADDRESS, i, product(arena, nonZero.get(i)));
      }
      var sum = arena.allocate(KEY_BYTES, 8);
      int finite = call(() -> (int) combine.invokeExact(context, sum, keys, (long) nonZero.size()));
      return finite == 1 ? Optional.of(point(arena, sum)) : Optional.empty();
    }
  }

  @Override
  public Secret multiplyAdd(Secret secret, Scalar factor, Secret addend) {
    if (factor.isZero()) {
      return addend.use(Secret::copyOf);
    }
    try (var arena = Arena.ofConfined()) {
      var sum = arena.allocate(Secret.BYTES, 8);
      try {
        var tweak = arena.allocateFrom(JAVA_BYTE, factor.encoded().toArray());
        secret.use(a -> sum.copyFrom(a));
        expectSecret(call(() -> (int) secretMultiply.invokeExact(context, sum, tweak)));
        expectSecret(addend.use(b -> call(() -> (int) secretAdd.invokeExact(context, sum, b))));
        return Secret.copyOf(sum);
      } finally {
        sum.fill((byte) 0);
      }
    }
  }

  @Override
  public Secret negate(Secret secret) {
    try (var arena = Arena.ofConfined()) {
      var negated = arena.allocate(Secret.BYTES, 8);
      try {
        secret.use(a -> negated.copyFrom(a));
        expectSecret(call(() -> (int) secretNegate.invokeExact(context, negated)));
        return Secret.copyOf(negated);
      } finally {
        negated.fill((byte) 0);
      }
    }
  }

  private MemorySegment product(Arena arena, Term term) {
    var key = arena.allocate(KEY_BYTES, 8);
    var factor = arena.allocateFrom(JAVA_BYTE, term.factor().encoded().toArray());
    if (term.point().equals(Point.GENERATOR)) {
      return expectKey(call(() -> (int) create.invokeExact(context, key, factor)), key);
    }
    var input = arena.allocateFrom(JAVA_BYTE, term.point().uncompressed());
    expectKey(
        call(() -> (int) parse.invokeExact(context, key, input, (long) UNCOMPRESSED_BYTES)), key);
    return term.factor().equals(Scalar.ONE)
        ? key
        : expectKey(call(() -> (int) pointMultiply.invokeExact(context, key, factor)), key);
  }

  private Point point(Arena arena, MemorySegment key) {
    var out = arena.allocate(UNCOMPRESSED_BYTES);
    var length = arena.allocateFrom(JAVA_LONG, UNCOMPRESSED_BYTES);
    expectKey(
        call(() -> (int) serialize.invokeExact(context, out, length, key, SERIALIZE_UNCOMPRESSED)),
        key);
    return new Point(out.toArray(JAVA_BYTE));
  }

  private static MemorySegment expectKey(int answer, MemorySegment key) {
    if (answer != 1) {
      throw new IllegalStateException("libsecp256k1 refused a value that was checked before");
    }
    return key;
  }

  private static void expectSecret(int answer) {
    if (answer != 1) {
      throw new ArithmeticException("secrets cancel out");
    }
  }

  private static MemorySegment randomisedContext(SymbolLookup library, RandomGenerator random) {
    var contextCreate = handle(library, "context_create", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    var randomize =
        handle(library, "context_randomize", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    try (var arena = Arena.ofConfined()) {
      var seed = new byte[32];
      random.nextBytes(seed);
      var blind = arena.allocateFrom(JAVA_BYTE, seed);
      var context = pointer(contextCreate);
      if (context.address() == 0 || call(() -> (int) randomize.invokeExact(context, blind)) != 1) {
        throw new IllegalArgumentException("libsecp256k1 made no context");
      }
      blind.fill((byte) 0);
      java.util.Arrays.fill(seed, (byte) 0);
      return context;
    }
  }

  private static MethodHandle handle(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    var symbol =
        library
            .find("secp256k1_" + name)
            .orElseThrow(
                () -> new IllegalArgumentException("the library has no secp256k1_" + name));
    return Linker.nativeLinker().downcallHandle(symbol, descriptor);
  }

  private static String platformFolder() {
    var architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    var system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return (system.startsWith("linux") ? "linux-" : system + "-")
        + (architecture.equals("amd64") ? "x86_64" : architecture);
  }

  private static void remove(Path file, Path folder) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }

  @FunctionalInterface
  private interface Native {
    int invoke() throws Throwable;
  }

  private static int call(Native function) {
    try {
      return function.invoke();
    } catch (RuntimeException | Error unchanged) {
      throw unchanged;
    } catch (Throwable impossible) {
      throw new LinkageError("a call of libsecp256k1 failed", impossible);
    }
  }

  private static MemorySegment pointer(MethodHandle contextCreate) {
    try {
      return (MemorySegment) contextCreate.invokeExact(CONTEXT_NONE);
    } catch (RuntimeException | Error unchanged) {
      throw unchanged;
    } catch (Throwable impossible) {
      throw new LinkageError("a call of libsecp256k1 failed", impossible);
    }
  }
}
