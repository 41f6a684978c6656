// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice A message as its source gateway emitted it, without what the destination knows: its own chain.
/// @param sendId slot in the source gateway
/// @param sender ERC-7930 address of who called the source gateway
/// @param recipient account on this chain; its ERC-7930 form is rebuilt from this chain's id
/// @param payload opaque to the gateway
/// @param attributes ERC-7786 attributes, each a selector and its ABI-encoded arguments
struct Message {
    bytes32 sendId;
    bytes sender;
    address recipient;
    bytes payload;
    bytes[] attributes;
}

/// @notice Messages of one source gateway, in batch order.
/// @param sourceGateway ERC-7930 address of the gateway that emitted them
struct FromGateway {
    bytes sourceGateway;
    Message[] messages;
}

/// @notice The committee's signature.
/// @param keyEpoch epoch of the group key that signed
/// @param commitment address of the nonce point R
/// @param response z, in [1, n-1]
struct Attestation {
    uint32 keyEpoch;
    address commitment;
    uint256 response;
}

/// @title A gateway of Wherry: the place where messages leave and enter one EVM chain
interface IGateway is IERC7786GatewaySource {
    /// @notice The recipient accepted the message. Emitted once for a message, ever.
    event MessageDelivered(bytes32 indexed messageId);

    /// @notice The recipient reverted inside a batch, or has no code: the message has had no effect, and anyone may {retry}.
    /// `reason` is at most 256 bytes long.
    event MessageFailed(bytes32 indexed messageId, bytes reason);

    /// @notice `px` is the group key from now on; its predecessor is valid before `previousValidUntil` (Unix seconds).
    event KeyRotated(uint32 indexed keyEpoch, uint256 px, uint64 previousValidUntil);

    /// @notice `guardian` may pause the gateway from now on.
    event GuardianChanged(address indexed guardian);

    event Paused(address account);
    event Unpaused(address account);

    /// @notice The gateway is paused.
    error GatewayPaused();

    /// @notice Only the guardian may do that.
    error NotGuardian(address account);

    /// @notice A message carries no value: there is no way to hand it over on the other side.
    error ValueNotSupported(uint256 value);

    /// @notice The recipient is on this chain: call it.
    error RecipientOnThisChain(bytes recipient);

    /// @notice The payload is longer than {payloadBytesMax}.
    error PayloadTooLarge(uint256 payloadBytes, uint256 payloadBytesMax);

    /// @notice The attribute is known, but its arguments are not what its selector demands, or it is there twice.
    error MalformedAttribute(bytes attribute);

    /// @notice The message asks for more gas than {gasLimitMax}.
    error GasLimitTooHigh(uint256 gasLimit, uint256 gasLimitMax);

    /// @notice No key has this epoch, or its overlap window is over.
    error KeyNotValid(uint32 keyEpoch);

    /// @notice The signature is not the group key's over this batch, chain, gateway and epoch.
    error InvalidAttestation();

    /// @notice Not an x coordinate of a curve point in (0, n).
    error InvalidKey(uint256 px);

    /// @notice The overlap is longer than {overlapSecondsMax}.
    error OverlapTooLong(uint64 overlapSeconds, uint64 overlapSecondsMax);

    /// @notice The batch is empty, or longer than {batchMessagesMax}.
    error BatchSize(uint256 messages, uint256 batchMessagesMax);

    /// @notice The recipient has executed this message already.
    error AlreadyDelivered(bytes32 messageId);

    /// @notice The message is not recorded as failed, so there is nothing to retry.
    error NotFailed(bytes32 messageId);

    /// @notice The transaction does not have the gas that the message is entitled to. Send it again with more.
    error InsufficientGas(bytes32 messageId, uint256 gasLeft, uint256 gasNeeded);

    /// @notice The recipient gave no reason: it has no code, ran out of gas, reverted without data, or answered something
    /// else than `receiveMessage`'s selector. Only the last of these reverts a whole batch: deliver its messages one by one.
    error NotAccepted(address recipient);

    /// @notice Deliver one message of an attested batch. A recipient that reverts reverts the call with its own reason.
    /// @param proof Merkle path from the message's leaf to the attested root; empty for a batch of one
    function deliver(
        bytes calldata sourceGateway,
        Message calldata message,
        bytes32[] calldata proof,
        Attestation calldata attestation
    ) external;

    /// @notice Deliver a whole attested batch. Delivered messages are skipped; one whose recipient reverts or has no code is
    /// recorded and reported by {MessageFailed}, and the others pass. A recipient that returns another answer than
    /// `receiveMessage`'s selector reverts the whole call with {NotAccepted}, because what it did must be undone.
    function deliverBatch(FromGateway[] calldata batch, Attestation calldata attestation) external;

    /// @notice Deliver a message that failed inside a batch. Anyone may; its attestation was checked then.
    function retry(bytes calldata sourceGateway, Message calldata message) external;

    /// @notice Install the next group key, by the word of the current one.
    /// @param newKey x coordinate of the new key, which has an even y
    /// @param overlapSeconds how long the current key stays valid, so that batches in flight still pass; the key before it,
    /// if its window is still open, stops being valid at once
    function rotate(uint256 newKey, uint64 overlapSeconds, Attestation calldata byCurrentKey) external;

    /// @notice Stop sending and delivering. Guardian only.
    function pause() external;

    /// @notice Go on. Owner only.
    function unpause() external;

    /// @notice Name who may pause; the zero address for nobody. Owner only.
    function setGuardian(address guardian) external;

    /// @notice Whether the recipient executed the message in this slot.
    function delivered(bytes calldata sourceGateway, bytes32 sendId) external view returns (bool);

    /// @notice Whether the message failed inside a batch and was not delivered since.
    function failed(bytes32 messageId) external view returns (bool);

    /// @notice The id of a message to this chain: what its recipient sees as `receiveId`.
    function messageId(bytes calldata sourceGateway, Message calldata message) external view returns (bytes32);

    /// @notice Slot of the last message sent; 0 before the first.
    function sequence() external view returns (uint64);

    /// @notice A group key and the Unix second it stops being valid at: the largest uint64 for the current one, (0, 0) for
    /// an epoch that never was.
    function groupKey(uint32 keyEpoch) external view returns (uint256 px, uint64 validUntil);

    /// @notice Epoch of the current key, from 1.
    function keyEpoch() external view returns (uint32);

    function paused() external view returns (bool);

    function guardian() external view returns (address);

    /// @notice Longest payload that {sendMessage} accepts.
    function payloadBytesMax() external view returns (uint256);

    /// @notice Most messages in one batch.
    function batchMessagesMax() external view returns (uint256);

    /// @notice Gas that a message without a `minGasLimit` attribute is entitled to.
    function gasLimitDefault() external view returns (uint256);

    /// @notice Most gas that a message may be entitled to.
    function gasLimitMax() external view returns (uint256);

    /// @notice Longest overlap of two keys.
    function overlapSecondsMax() external view returns (uint64);
}
