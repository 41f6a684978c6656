// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.wherry.chain.FinalityPolicy;
import io.wherry.model.Bytes;
import io.wherry.model.ChainId;
import io.wherry.model.KeyEpoch;
import io.wherry.model.MemberId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a configuration file: YAML, then JSON Schema, then what a schema cannot say. Nothing
/// outside the file is looked at; secrets stay where they are.
public final class ConfigurationReader {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final Duration REQUEST_TIMEOUT_MAX = Duration.ofMinutes(10);

  private final Path file;
  private final YamlDocument yaml;
  private final List<Problem> problems = new ArrayList<>();

  private ConfigurationReader(Path file, YamlDocument yaml) {
    this.file = file;
    this.yaml = yaml;
  }

  /// Reads `file`.
  ///
  /// @throws ConfigurationException with everything that is wrong with it
  public static Configuration read(Path file) throws ConfigurationException {
    String text;
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new ConfigurationException(file, "", "", "at most " + FILE_BYTES_MAX + " bytes");
      }
      text = Files.readString(file);
    } catch (IOException unreadable) {
      throw new ConfigurationException(
          file, "", "", "a readable file; `wherry init` writes an example");
    }
    return parse(file, text);
  }

  /// Reads `text` as if it stood in `file`; relative paths are resolved against the file's folder.
  ///
  /// @throws ConfigurationException with everything that is wrong with it
  public static Configuration parse(Path file, String text) throws ConfigurationException {
    var yaml = YamlDocument.parse(file, text);
    var complaints = CheckedSchema.SCHEMA.validate(yaml.root());
    if (!complaints.isEmpty()) {
      throw new ConfigurationException(
          complaints.stream()
              .map(complaint -> explain(yaml, complaint))
              .sorted((a, b) -> Integer.compare(a.line(), b.line()))
              .toList());
    }
    return new ConfigurationReader(file.toAbsolutePath(), yaml).configuration();
  }

  private Configuration configuration() throws ConfigurationException {
    var root = yaml.root();
    var committee = committee(root.get("committee"));
    var member = new MemberId(root.at("/node/member").intValue());
    if (committee.members().stream().noneMatch(m -> m.id().equals(member))) {
      complain("/node/member", member.number(), "a member of the committee below");
    }
    var chains = chains(root.get("chains"));
    var configuration =
        new Configuration(
            file,
            new Configuration.Node(
                member, path(root.at("/node/data-directory")), path(root.at("/node/identity"))),
            new Configuration.Api(
                text(root.at("/api/host"), "127.0.0.1"), number(root.at("/api/port"), 8480)),
            new Configuration.Cluster(
                root.at("/cluster/name").stringValue(),
                number(root.at("/cluster/event-bus-port"), 0)),
            committee,
            new Configuration.KeyShare(
                path(root.at("/key-share/file")), secret(root.at("/key-share/password"))),
            chains,
            delivery(root.at("/delivery")));
    if (configuration.delivery().retryFirst().compareTo(configuration.delivery().retryMax()) > 0) {
      complain("/delivery/retry-first", "", "at most retry-max");
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
    return configuration;
  }

  private Configuration.Committee committee(JsonNode node) {
    var members = new ArrayList<Configuration.Member>();
    var seen = new HashSet<String>();
    for (int i = 0; i < node.get("members").size(); i++) {
      var at = "/committee/members/" + i;
      var member = node.get("members").get(i);
      var endpoint = member.get("endpoint").stringValue();
      var colon = endpoint.lastIndexOf(':');
      int port = Integer.parseInt(endpoint.substring(colon + 1));
      if (port < 1 || port > 65_535) {
        complain(at + "/endpoint", endpoint, "host:port with a port from 1 to 65535");
      }
      for (var name : List.of("member", "identity", "endpoint")) {
        if (!seen.add(name + "=" + member.get(name))) {
          complain(at + "/" + name, member.get(name), "a value that no other member has");
        }
      }
      members.add(
          new Configuration.Member(
              new MemberId(member.get("member").intValue()),
              member.get("identity").stringValue(),
              endpoint.substring(0, colon),
              port));
    }
    int threshold = node.get("threshold").intValue();
    if (2 * threshold <= members.size()) {
      complain(
          "/committee/threshold",
          threshold,
          "more than half of the %d members, or two groups could attest different things"
              .formatted(members.size()));
    }
    if (threshold > members.size()) {
      complain(
          "/committee/threshold",
          threshold,
          "at most the number of members, %d".formatted(members.size()));
    }
    long epoch = node.has("key-epoch") ? node.get("key-epoch").longValue() : 1;
    return new Configuration.Committee(threshold, new KeyEpoch(epoch), members);
  }

  private List<Configuration.Chain> chains(JsonNode list) {
    var chains = new ArrayList<Configuration.Chain>();
    var ids = new HashSet<ChainId>();
    for (int i = 0; i < list.size(); i++) {
      var at = "/chains/" + i;
      var node = list.get(i);
      var id = new ChainId(node.get("id").stringValue());
      if (!ids.add(id)) {
        complain(at + "/id", id, "each chain once");
      }
      chains.add(
          new Configuration.Chain(
              id,
              endpoints(node.get("endpoints"), at + "/endpoints"),
              Bytes.fromHex(node.get("gateway").stringValue()),
              node.has("start-height") ? node.get("start-height").longValue() : 0,
              finality(node.get("finality"), at + "/finality"),
              duration(node.get("poll"), at + "/poll", Duration.ofSeconds(1)),
              requestTimeout(node.get("request-timeout"), at + "/request-timeout"),
              node.has("blocks-per-scan-max") ? node.get("blocks-per-scan-max").intValue() : 500,
              secret(node.get("wallet")),
              node.has("fee-per-gas-max-gwei")
                  ? node.get("fee-per-gas-max-gwei").longValue()
                  : 500));
    }
    return chains;
  }

  private List<Configuration.Endpoint> endpoints(JsonNode list, String at) {
    var endpoints = new ArrayList<Configuration.Endpoint>();
    for (int i = 0; i < list.size(); i++) {
      var node = list.get(i);
      if (node.isObject()) {
        endpoints.add(new Configuration.Endpoint.Hidden(secret(node)));
        continue;
      }
      try {
        if (URI.create(node.stringValue()).getHost() == null) {
          complain(at + "/" + i, "", "a URL with a host");
        }
      } catch (IllegalArgumentException malformed) {
        complain(at + "/" + i, "", "a well-formed URL");
      }
      endpoints.add(new Configuration.Endpoint.Plain(node.stringValue()));
    }
    return endpoints;
  }

  private FinalityPolicy finality(JsonNode node, String at) {
    var rule = node.get("rule").stringValue();
    var depth = node.get("depth");
    if (rule.equals("confirmations") && depth == null) {
      complain(at, "", "depth beside rule confirmations");
      return new FinalityPolicy.Finalized();
    }
    if (!rule.equals("confirmations") && depth != null) {
      complain(at + "/depth", depth, "no depth beside rule " + rule);
    }
    return switch (rule) {
      case "confirmations" -> new FinalityPolicy.Confirmations(depth.intValue());
      case "safe" -> new FinalityPolicy.Safe();
      default -> new FinalityPolicy.Finalized();
    };
  }

  private Configuration.Delivery delivery(JsonNode node) {
    return new Configuration.Delivery(
        duration(node.get("takeover"), "/delivery/takeover", Duration.ofSeconds(15)),
        duration(node.get("retry-first"), "/delivery/retry-first", Duration.ofSeconds(2)),
        duration(node.get("retry-max"), "/delivery/retry-max", Duration.ofMinutes(5)),
        node.has("attempts-max") ? node.get("attempts-max").intValue() : 20,
        node.has("batch-messages-max") ? node.get("batch-messages-max").intValue() : 50);
  }

  private Secret secret(JsonNode node) {
    var file = node.get("file");
    return file != null
        ? new Secret.InFile(path(file))
        : new Secret.InEnvironment(node.get("environment").stringValue());
  }

  private Path path(JsonNode node) {
    var folder = file.getParent();
    return folder == null
        ? Path.of(node.stringValue())
        : folder.resolve(node.stringValue()).normalize();
  }

  private Duration duration(@Nullable JsonNode node, String at, Duration otherwise) {
    if (node == null) {
      return otherwise;
    }
    var text = node.stringValue();
    var digits = text.replaceAll("[a-z]", "");
    long count = Long.parseLong(digits);
    var duration =
        switch (text.substring(digits.length())) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          default -> Duration.ofHours(count);
        };
    if (duration.compareTo(Duration.ofHours(24)) > 0) {
      complain(at, text, "a duration of at most 24h");
    }
    return duration;
  }

  private Duration requestTimeout(@Nullable JsonNode node, String at) {
    var timeout = duration(node, at, Duration.ofSeconds(10));
    if (timeout.compareTo(REQUEST_TIMEOUT_MAX) > 0) {
      complain(at, timeout, "a duration of at most 10m");
      return REQUEST_TIMEOUT_MAX;
    }
    return timeout;
  }

  private void complain(String pointer, Object value, String expected) {
    problems.add(yaml.problem(pointer, value.toString(), expected));
  }

  private static String text(JsonNode node, String otherwise) {
    return node.isMissingNode() ? otherwise : node.stringValue();
  }

  private static int number(JsonNode node, int otherwise) {
    return node.isMissingNode() ? otherwise : node.intValue();
  }

  private static Problem explain(YamlDocument yaml, Error complaint) {
    var pointer = pointer(complaint);
    var parent = schemaAround(complaint);
    return switch (complaint.getKeyword()) {
      case "required" ->
          yaml.problem(pointer + "/" + complaint.getProperty(), "", "this field, it is missing");
      case "additionalProperties" ->
          yaml.problem(
              pointer + "/" + complaint.getProperty(),
              "",
              "one of the fields "
                  + parent.path("properties").propertyNames().stream()
                      .sorted()
                      .collect(Collectors.joining(", ")));
      default ->
          yaml.problem(
              pointer,
              shown(complaint),
              parent.path("description").asString(complaint.getMessage()));
    };
  }

  private static String pointer(Error complaint) {
    var location = complaint.getInstanceLocation();
    var pointer = new StringBuilder();
    for (int i = 0; i < location.getNameCount(); i++) {
      pointer.append('/').append(location.getElement(i));
    }
    return pointer.toString();
  }

  /// The value as written, but never where a URL or a secret could stand.
  private static String shown(Error complaint) {
    var value = complaint.getInstanceNode();
    var where = pointer(complaint);
    boolean mayHoldSecret =
        where.contains("/endpoints/") || where.contains("/wallet") || where.contains("/password");
    return value == null || value.isContainer() || mayHoldSecret ? "" : value.toString();
  }

  /// The schema object whose keyword complained, found in our own schema by the complaint's
  /// location.
  private static JsonNode schemaAround(Error complaint) {
    var fragment = complaint.getSchemaLocation().getFragment().toString();
    var slash = fragment.lastIndexOf('/');
    return slash <= 0 ? CheckedSchema.JSON : CheckedSchema.JSON.at(fragment.substring(0, slash));
  }

  /// The schema, parsed once.
  private static final class CheckedSchema {
    static final JsonNode JSON = load();
    static final Schema SCHEMA =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(JSON);

    private static JsonNode load() {
      try (InputStream in =
          ConfigurationReader.class.getResourceAsStream("configuration.schema.json")) {
        return new JsonMapper().readTree(in);
      } catch (IOException missing) {
        throw new UncheckedIOException(missing);
      }
    }
  }
}
