// SPDX-License-Identifier: Apache-2.0
package io.wherry.adapters.evm;

import io.wherry.chain.ChainException;
import io.wherry.model.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.web3j.protocol.core.BatchRequest;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// Calls to one endpoint, with every way to fail turned into a [ChainException] that names the
/// endpoint by host and port only.
final class Rpc implements AutoCloseable {
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int UNAUTHORIZED = 401;

  private final VertxWeb3jService service;
  private final int batchCallsMax;

  Rpc(VertxWeb3jService service, int batchCallsMax) {
    this.service = service;
    this.batchCallsMax = batchCallsMax;
  }

  /// A call to make.
  record Call(String method, List<Object> params) {
    static Call of(String method, Object... params) {
      return new Call(method, List.of(params));
    }
  }

  /// What came of a call that reached the endpoint.
  sealed interface Answer {
    record Result(Json json) implements Answer {}

    /// A JSON-RPC error.
    ///
    /// @param text for an operator: endpoint, method, code and message
    /// @param data such as a revert's, where there is some
    record Refused(String text, int code, String message, Optional<Bytes> data) implements Answer {}
  }

  /// Raw results, which [Json] parses.
  static final class RawResponse extends Response<JsonNode> {}

  /// The result of a call; a JSON-RPC error is an exception.
  Json call(String method, Object... params) throws ChainException {
    return result(ask(method, params));
  }

  /// The answer to a call whose refusal says something.
  Answer ask(String method, Object... params) throws ChainException {
    var request = new Request<>(method, List.of(params), service, RawResponse.class);
    try {
      return answer(method, service.send(request, RawResponse.class));
    } catch (IOException failed) {
      throw failure(method, failed);
    }
  }

  /// The answers to many calls in their order, in as few exchanges as the limits allow. They need
  /// not be of one moment.
  List<Answer> batch(List<Call> calls) throws ChainException {
    var answers = new ArrayList<Answer>(calls.size());
    for (int from = 0; from < calls.size(); from += batchCallsMax) {
      var part = calls.subList(from, Math.min(calls.size(), from + batchCallsMax));
      if (part.size() == 1) {
        var only = part.getFirst();
        answers.add(ask(only.method(), only.params().toArray()));
      } else {
        exchange(part, answers);
      }
    }
    return answers;
  }

  /// The results of many calls; any JSON-RPC error is an exception.
  List<Json> results(List<Call> calls) throws ChainException {
    var results = new ArrayList<Json>(calls.size());
    for (var answer : batch(calls)) {
      results.add(result(answer));
    }
    return results;
  }

  /// The result, or the refusal as an exception.
  Json result(Answer answer) throws ChainException {
    return switch (answer) {
      case Answer.Result(var json) -> json;
      case Answer.Refused refused -> throw refusal(refused);
    };
  }

  ChainException refusal(Answer.Refused refused) {
    return refused.code() == METHOD_NOT_FOUND
        ? new ChainException.Permanent(refused.text() + "; use an endpoint that offers it")
        : new ChainException.Transient(refused.text());
  }

  /// Waits before a next poll.
  void pause(long millis) throws ChainException {
    try {
      service.pause(millis);
    } catch (IOException failed) {
      throw failure("pause", failed);
    }
  }

  RpcEndpoint endpoint() {
    return service.endpoint();
  }

  @Override
  public void close() {
    service.close();
  }

  private void exchange(List<Call> calls, List<Answer> answers) throws ChainException {
    var batch = new BatchRequest(service);
    for (var call : calls) {
      batch.add(new Request<>(call.method(), call.params(), service, RawResponse.class));
    }
    var name = "batch of " + calls.getFirst().method();
    try {
      var responses = service.sendBatch(batch).getResponses();
      for (int i = 0; i < calls.size(); i++) {
        answers.add(answer(calls.get(i).method(), (RawResponse) responses.get(i)));
      }
    } catch (IOException failed) {
      throw failure(name, failed);
    }
  }

  private Answer answer(String method, RawResponse response) {
    var where = endpoint() + " " + method;
    if (response.hasError()) {
      var error = response.getError();
      var message =
          error.getMessage() == null ? "no message" : endpoint().shown(error.getMessage());
      return new Answer.Refused(
          "%s: error %d: %s".formatted(where, error.getCode(), message),
          error.getCode(),
          message,
          RevertReasons.data(error.getData()));
    }
    JsonNode result = response.getResult();
    return new Answer.Result(new Json(result == null ? NullNode.getInstance() : result, where));
  }

  private ChainException failure(String method, IOException failed) {
    var text = "%s %s: %s".formatted(endpoint(), method, failed.getMessage());
    if (failed instanceof VertxWeb3jService.HttpRefusal refusal
        && refusal.status() == UNAUTHORIZED) {
      return new ChainException.Permanent(text + "; check the endpoint's key", failed);
    }
    return new ChainException.Transient(text, failed);
  }
}
