// SPDX-License-Identifier: Apache-2.0
package io.wherry.relayer.config;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// A YAML 1.2 file as a JSON tree, with the place of every field in the text. Duplicate keys are
/// refused; anchors are too, because a configuration should say what it means where it means it.
final class YamlDocument {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Path file;
  private final Map<String, Mark> places = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final JsonNode root;

  private YamlDocument(Path file, Node node) {
    this.file = file;
    this.root = convert(node, "");
  }

  static YamlDocument parse(Path file, String text) throws ConfigurationException {
    Optional<Node> node;
    try {
      var settings =
          LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(0);
      node = new Compose(settings.build()).composeString(text);
    } catch (MarkedYamlEngineException malformed) {
      var at = malformed.getProblemMark().or(malformed::getContextMark);
      throw new ConfigurationException(
          List.of(
              new Problem(
                  file,
                  at.map(Mark::getLine).orElse(0) + 1,
                  at.map(Mark::getColumn).orElse(0) + 1,
                  "",
                  "",
                  "well-formed YAML: " + malformed.getProblem())));
    } catch (YamlEngineException malformed) {
      throw new ConfigurationException(file, "", "", "well-formed YAML: " + malformed.getMessage());
    }
    if (node.isEmpty()) {
      throw new ConfigurationException(
          file, "", "", "a configuration, but it is empty; `wherry init` writes an example");
    }
    var document = new YamlDocument(file, node.get());
    if (!document.problems.isEmpty()) {
      throw new ConfigurationException(document.problems);
    }
    return document;
  }

  JsonNode root() {
    return root;
  }

  /// A problem at the field of JSON pointer `pointer`, or at the nearest field above it that stands
  /// in the file.
  Problem problem(String pointer, String value, String expected) {
    var at = pointer;
    while (!places.containsKey(at) && !at.isEmpty()) {
      at = at.substring(0, at.lastIndexOf('/'));
    }
    var mark = places.get(at);
    return new Problem(
        file,
        mark == null ? 1 : mark.getLine() + 1,
        mark == null ? 1 : mark.getColumn() + 1,
        field(pointer),
        value,
        expected);
  }

  private static String field(String pointer) {
    return pointer.isEmpty()
        ? ""
        : pointer.substring(1).replaceAll("/([0-9]+)", "[$1]").replace('/', '.');
  }

  private JsonNode convert(Node node, String pointer) {
    node.getStartMark().ifPresent(mark -> places.putIfAbsent(pointer, mark));
    return switch (node) {
      case MappingNode mapping -> object(mapping, pointer);
      case SequenceNode sequence -> {
        var array = JSON.arrayNode();
        for (int i = 0; i < sequence.getValue().size(); i++) {
          array.add(convert(sequence.getValue().get(i), pointer + "/" + i));
        }
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar);
      default -> {
        problems.add(problem(pointer, "", "a value of its own instead of an alias"));
        yield JSON.nullNode();
      }
    };
  }

  private JsonNode object(MappingNode mapping, String pointer) {
    var object = JSON.objectNode();
    for (var entry : mapping.getValue()) {
      var name = entry.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
      var below = pointer + "/" + name;
      entry.getKeyNode().getStartMark().ifPresent(mark -> places.putIfAbsent(below, mark));
      if (object.has(name)) {
        var again = entry.getKeyNode().getStartMark();
        problems.add(
            new Problem(
                file,
                again.map(Mark::getLine).orElse(0) + 1,
                again.map(Mark::getColumn).orElse(0) + 1,
                field(below),
                "",
                "each field once, this one stands here a second time"));
      }
      object.set(name, convert(entry.getValueNode(), below));
    }
    return object;
  }

  private static JsonNode scalar(ScalarNode scalar) {
    var text = scalar.getValue();
    if (scalar.getTag().equals(Tag.INT)) {
      try {
        return JSON.numberNode(new BigInteger(text));
      } catch (NumberFormatException otherNotation) {
        return JSON.stringNode(text);
      }
    }
    if (scalar.getTag().equals(Tag.BOOL)) {
      return JSON.booleanNode(Boolean.parseBoolean(text));
    }
    if (scalar.getTag().equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    return JSON.stringNode(text);
  }
}
