// SPDX-License-Identifier: Apache-2.0
package io.wherry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

@AnalyzeClasses(packages = "io.wherry", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule modelUsesTheJdkAlone =
      com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes()
          .that()
          .resideInAPackage("io.wherry.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.wherry.model..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule portKnowsNoRelayerAndNoLibraryOfAChain =
      noClasses()
          .that()
          .resideInAnyPackage("io.wherry.chain..", "io.wherry.format..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.wherry.adapters..",
              "io.wherry.attest..",
              "io.wherry.queue..",
              "io.wherry.relayer..",
              "io.wherry.ops..",
              "io.vertx..",
              "org.web3j..",
              "org.bitcoinj..");

  @ArchTest
  static final ArchRule adaptersKnowTheSpiAlone =
      noClasses()
          .that()
          .resideInAPackage("io.wherry.adapters..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.wherry.attest..", "io.wherry.queue..", "io.wherry.relayer..", "io.wherry.ops..");

  @ArchTest
  static final ArchRule attestKnowsNeitherChainsNorTheQueue =
      noClasses()
          .that()
          .resideInAPackage("io.wherry.attest..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.wherry.chain..",
              "io.wherry.adapters..",
              "io.wherry.queue..",
              "io.wherry.relayer..",
              "io.wherry.ops..");

  @ArchTest
  static final ArchRule queueKnowsNeitherChainsNorAttest =
      noClasses()
          .that()
          .resideInAPackage("io.wherry.queue..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.wherry.chain..",
              "io.wherry.adapters..",
              "io.wherry.attest..",
              "io.wherry.relayer..",
              "io.wherry.ops..");

  @ArchTest
  static final ArchRule relayerDoesNotKnowOps =
      noClasses()
          .that()
          .resideInAPackage("io.wherry.relayer..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.wherry.ops..");

  @ArchTest
  static final ArchRule vertxStaysAtTheEdge =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.wherry.relayer..",
              "io.wherry.ops..",
              "io.wherry.adapters..",
              "io.wherry.attest.cluster..",
              "io.wherry.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..");

  @ArchTest
  static final ArchRule web3jStaysInTheEvmAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.wherry.adapters.evm..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.web3j..");

  @ArchTest
  static final ArchRule bitcoinjStaysInTheBitcoinAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.wherry.adapters.bitcoin..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bitcoinj..");

  @ArchTest
  static final ArchRule hazelcastStaysInClusterAndRelayer =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.wherry.attest.cluster..", "io.wherry.relayer..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.hazelcast..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.wherry.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule timeIsAnArgument =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.wherry.model..",
              "io.wherry.format..",
              "io.wherry.chain..",
              "io.wherry.queue..",
              "io.wherry.attest..",
              "io.wherry.relayer..",
              "io.wherry.adapters..")
          .and()
          .haveNameNotMatching("io\\.wherry\\.adapters\\.evm\\.anvil\\..*")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .because("the simulation runs the same code on its own clock");

  @ArchTest
  static final ArchRule chanceIsAnArgument =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.wherry.ops..", "io.wherry.attest.keys..", "io.wherry.bench..")
          .should()
          .callConstructor(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(ThreadLocalRandom.class)
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule onlyTheCommandLinePrints =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.wherry.ops.cli..", "io.wherry.bench..")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");
}
