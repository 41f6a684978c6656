// SPDX-License-Identifier: Apache-2.0
package io.wherry.attest.cluster;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastNodeInfo;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Hazelcast with everything shut that the bus does not need. It has no authentication and no
/// encryption, so what is left open must be harmless: membership, the maps of the clustered event
/// bus, and deserialization of next to nothing.
final class HazelcastSettings {
  /// The member attribute that holds the member's number, for display.
  static final String MEMBER_ATTRIBUTE = "wherry.member";

  /// The member attribute by which the clustered event bus tells its nodes apart.
  private static final String NODE_ID_ATTRIBUTE = "__vertx.nodeId";

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          Map.entry("hazelcast.logging.type", "slf4j"),
          Map.entry("hazelcast.logging.emoji.enabled", "false"),
          Map.entry("hazelcast.health.monitoring.level", "OFF"),
          Map.entry("hazelcast.phone.home.enabled", "false"),
          // the node closes itself, in its own order
          Map.entry("hazelcast.shutdownhook.enabled", "false"),
          Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
          Map.entry("hazelcast.socket.bind.any", "false"),
          Map.entry("hazelcast.socket.client.bind.any", "false"),
          // a node starts alone at once, and finds the others later
          Map.entry("hazelcast.wait.seconds.before.join", "0"),
          Map.entry("hazelcast.max.wait.seconds.before.join", "2"),
          Map.entry("hazelcast.max.join.seconds", "5"),
          Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
          Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
          Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
          // a silent node is gone after 5 seconds, not 60
          Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
          Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
          Map.entry("hazelcast.master.confirmation.interval.seconds", "5"),
          // a handful of small entries needs no more; all nodes must have the same number
          Map.entry("hazelcast.partition.count", "31"),
          Map.entry("hazelcast.operation.thread.count", "2"),
          Map.entry("hazelcast.operation.generic.thread.count", "2"),
          Map.entry("hazelcast.io.thread.count", "1"),
          Map.entry("hazelcast.event.thread.count", "2"),
          Map.entry("hazelcast.clientengine.thread.count", "1"),
          Map.entry("hazelcast.clientengine.query.thread.count", "1"),
          Map.entry("hazelcast.clientengine.blocking.thread.count", "1"));

  private HazelcastSettings() {}

  /// The configuration of one node.
  ///
  /// @param listenAddress a numeric address
  /// @param peers whom to look for
  static Config of(ClusterSettings settings, String listenAddress, List<Endpoint> peers) {
    var config = new Config();
    config.setClusterName(settings.cluster());
    PROPERTIES.forEach(config::setProperty);
    config
        .getMemberAttributeConfig()
        .setAttribute(MEMBER_ATTRIBUTE, Integer.toString(settings.self().number()))
        .setAttribute(NODE_ID_ATTRIBUTE, UUID.randomUUID().toString());
    network(config, settings, listenAddress);
    setPeers(config, peers);
    config.getSerializationConfig().setJavaSerializationFilterConfig(serializationFilter());
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config
        .getManagementCenterConfig()
        .setScriptingEnabled(false)
        .setConsoleEnabled(false)
        .setDataAccessEnabled(false);
    eventBusMaps(config);
    return config;
  }

  /// Names the nodes to look for. Heeded also while the node runs: the search for others that
  /// started apart reads the list every time.
  static void setPeers(Config config, List<Endpoint> peers) {
    config
        .getAdvancedNetworkConfig()
        .getJoin()
        .getTcpIpConfig()
        .setMembers(peers.stream().map(Endpoint::toString).toList());
  }

  /// The advanced form opens the member protocol alone; the simple one would answer Hazelcast
  /// clients on the same port.
  private static void network(Config config, ClusterSettings settings, String listenAddress) {
    var join = new JoinConfig();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
    var endpoint =
        new ServerSocketEndpointConfig()
            .setPort(settings.clusterPort())
            .setPortAutoIncrement(false)
            .setReuseAddress(true)
            .setSocketConnectTimeoutSeconds(2)
            .setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(listenAddress));
    config.getAdvancedNetworkConfig().setEnabled(true).setJoin(join);
    config.getAdvancedNetworkConfig().setMemberEndpointConfig(endpoint);
  }

  /// What Java deserialization may name, found by trial: the two entries of the event bus's maps,
  /// and what failures that members report to each other are made of. Packages are meant without
  /// their sub-packages, so no lambda, proxy or reflective object gets in; of Hazelcast's own
  /// classes, the libraries packed into it and its job engine are left out.
  private static JavaSerializationFilterConfig serializationFilter() {
    return new JavaSerializationFilterConfig()
        .setDefaultsDisabled(true)
        .setWhitelist(
            new ClassFilter()
                .addClasses(
                    HazelcastNodeInfo.class.getName(),
                    HazelcastRegistrationInfo.class.getName(),
                    "[B",
                    "[I",
                    "[J",
                    "[Ljava.lang.Object;",
                    "[Ljava.lang.String;",
                    "[Ljava.lang.StackTraceElement;",
                    "[Ljava.lang.Throwable;")
                .addPackages("java.lang", "java.util")
                .addPrefixes("com.hazelcast."))
        .setBlacklist(new ClassFilter().addPrefixes("com.hazelcast.shaded.", "com.hazelcast.jet."));
  }

  /// The maps by which the clustered event bus finds its subscribers, as its cluster manager wants
  /// them.
  private static void eventBusMaps(Config config) {
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
  }
}
