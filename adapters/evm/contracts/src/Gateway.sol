// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {BatchRoot} from "./BatchRoot.sol";
import {Attestation, FromGateway, IGateway, Message} from "./IGateway.sol";
import {Interop} from "./Interop.sol";
import {MessageCodec} from "./MessageCodec.sol";
import {Schnorr} from "./Schnorr.sol";

/// @title Gateway
/// @notice Where messages leave this chain (ERC-7786) and where messages attested by the committee enter it.
/// @dev What holds, whoever calls:
/// - a recipient executes a message at most once, and only one that the group key attested for this chain and gateway;
/// - the delivered bit of a slot is set exactly when its recipient has accepted (or is just executing) the message;
/// - whether an item of a batch fails is never the submitter's doing: each gets the gas that its message names, exactly,
///   or the whole call reverts with InsufficientGas;
/// - a message recorded as failed has had no effect: a recipient that ran, did not revert, and yet did not accept reverts
///   the whole call with NotAccepted;
/// - a pause stops sending and delivering, and can cause neither.
contract Gateway is IGateway, Ownable2Step {
    /// @inheritdoc IGateway
    uint256 public constant payloadBytesMax = 10_240;

    /// @inheritdoc IGateway
    uint256 public constant batchMessagesMax = 256;

    /// @inheritdoc IGateway
    uint256 public constant gasLimitDefault = 200_000;

    /// @inheritdoc IGateway
    /// @dev Below the 2^24 gas that EIP-7825 leaves to one transaction.
    uint256 public constant gasLimitMax = 10_000_000;

    /// @inheritdoc IGateway
    uint64 public constant overlapSecondsMax = 30 days;

    /// @dev Domain of what the committee signs to deliver, and to rotate its key.
    bytes32 private constant ATTESTATION_TAG = keccak256("wherry.attestation.v1");
    bytes32 private constant ROTATION_TAG = keccak256("wherry.rotation.v1");

    /// @dev First field of a message id.
    uint8 private constant MESSAGE_VERSION = 1;

    /// @dev keccak256(abi.encode(new bytes[](0))): most messages have no attributes. (Written out: the compiler would
    /// compute it for every message.)
    bytes32 private constant NO_ATTRIBUTES = 0x569e75fc77c1a856f6daaf9e69d8a9566ca34aa47f9133711ce065a571af0cfd;

    /// @dev minGasLimit(uint256), the only attribute this gateway knows.
    bytes4 private constant MIN_GAS_LIMIT = 0x39f87ba1;

    /// @dev Gas between the check of what is left and the recipient's first instruction: a cold account (2,600) that
    /// delegates (EIP-7702) to another cold one (2,600), and a few instructions.
    uint256 private constant CALL_GAS = 6_000;

    /// @dev Most bytes of a recipient's revert data that are copied: a recipient cannot make others pay for more.
    uint256 private constant REASON_BYTES_MAX = 256;

    /// @dev Everything that both sending and delivering read, in one storage slot.
    struct State {
        uint64 sequence;
        uint32 keyEpoch;
        bool paused;
    }

    /// @dev The slot of a message that failed. Says where its delivered bit is, so that a delivery on another path
    /// needs not read (and pay for) this record to make it void.
    struct Failure {
        bytes32 source;
        bytes32 sendId;
    }

    State private _state;

    /// @inheritdoc IGateway
    address public guardian;

    /// @dev x coordinate of the group key of an epoch.
    mapping(uint32 keyEpoch => uint256) private _keys;

    /// @dev The current key under its epoch while the gateway is not paused; else nothing. It is what a delivery reads:
    /// one slot instead of two (epoch and pause; key), which saves 2,100 gas. {rotate}, {pause} and {unpause} keep it.
    mapping(uint32 keyEpoch => uint256) private _openKeys;

    /// @dev Unix second at which the key of a past epoch stopped or stops being valid; unused for the current one.
    mapping(uint32 keyEpoch => uint64) private _validUntil;

    /// @dev keccak256(source gateway) => sendId / 256 => bit sendId % 256.
    mapping(bytes32 source => mapping(uint256 word => uint256)) private _delivered;

    mapping(bytes32 messageId => Failure) private _failures;

    /// @param owner_ may unpause and name the guardian; may neither deliver nor change the key
    /// @param guardian_ may pause
    /// @param px the first group key, epoch 1
    constructor(address owner_, address guardian_, uint256 px) Ownable(owner_) {
        require(Schnorr.isKey(px), InvalidKey(px));
        _state.keyEpoch = 1;
        _keys[1] = px;
        _openKeys[1] = px;
        emit KeyRotated(1, px, 0);
        guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    modifier whenNotPaused() {
        require(!_state.paused, GatewayPaused());
        _;
    }

    // ---------------------------------------------------------------- sending

    /// @inheritdoc IERC7786GatewaySource
    /// @dev The sendId is the sequence number, from 1 and without gaps, so that a watcher sees when a log is kept from it.
    function sendMessage(
        bytes calldata recipient,
        bytes calldata payload,
        bytes[] calldata attributes
    ) external payable returns (bytes32 sendId) {
        State memory state = _state;
        require(!state.paused, GatewayPaused());
        require(msg.value == 0, ValueNotSupported(msg.value));
        require(payload.length <= payloadBytesMax, PayloadTooLarge(payload.length, payloadBytesMax));
        require(!Interop.check(recipient), RecipientOnThisChain(recipient));
        if (attributes.length != 0) _checkAttributes(attributes);

        _state.sequence = ++state.sequence;
        sendId = bytes32(uint256(state.sequence));
        emit MessageSent(sendId, Interop.onThisChain(msg.sender), recipient, payload, 0, attributes);
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4 selector) external pure returns (bool) {
        return selector == MIN_GAS_LIMIT;
    }

    function _checkAttributes(bytes[] calldata attributes) private pure {
        for (uint256 i = 0; i < attributes.length; ++i) {
            bytes calldata attribute = attributes[i];
            // Fewer than 4 bytes are padded with zeroes, and no such selector is known.
            require(bytes4(attribute) == MIN_GAS_LIMIT, UnsupportedAttribute(bytes4(attribute)));
            require(i == 0 && attribute.length == 36, MalformedAttribute(attribute));
            uint256 gasLimit = uint256(bytes32(attribute[4:]));
            require(gasLimit <= gasLimitMax, GasLimitTooHigh(gasLimit, gasLimitMax));
        }
    }

    // ------------------------------------------------------------- delivering

    /// @inheritdoc IGateway
    function deliver(
        bytes calldata sourceGateway,
        Message calldata message,
        bytes32[] calldata proof,
        Attestation calldata attestation
    ) external {
        bytes32 id = _messageId(sourceGateway, message, Interop.onThisChain(address(0)));
        _requireAttested(MerkleProof.processProofCalldata(proof, BatchRoot.leaf(id)), attestation);
        require(_setDelivered(_delivered[keccak256(sourceGateway)], message.sendId), AlreadyDelivered(id));
        _callOrRevert(id, message);
    }

    /// @inheritdoc IGateway
    function retry(bytes calldata sourceGateway, Message calldata message) external whenNotPaused {
        bytes32 id = _messageId(sourceGateway, message, Interop.onThisChain(address(0)));
        bytes32 source = keccak256(sourceGateway);
        require(_failures[id].source == source, NotFailed(id));
        delete _failures[id];
        require(_setDelivered(_delivered[source], message.sendId), AlreadyDelivered(id));
        _callOrRevert(id, message);
    }

    /// @inheritdoc IGateway
    function deliverBatch(FromGateway[] calldata batch, Attestation calldata attestation) external {
        bytes32[] memory ids = _messageIds(batch);
        _requireAttested(BatchRoot.root(ids), attestation);
        uint256 next = 0;
        for (uint256 g = 0; g < batch.length; ++g) {
            bytes32 source = keccak256(batch[g].sourceGateway);
            mapping(uint256 word => uint256) storage words = _delivered[source];
            Message[] calldata messages = batch[g].messages;
            for (uint256 i = 0; i < messages.length; ++i) {
                _deliverIsolated(ids[next], source, words, MessageCodec.element(messages, i));
                unchecked {
                    ++next; // <= batchMessagesMax
                }
            }
        }
    }

    function _messageIds(FromGateway[] calldata batch) private view returns (bytes32[] memory ids) {
        uint256 count = 0;
        for (uint256 g = 0; g < batch.length; ++g) {
            count += batch[g].messages.length;
        }
        require(count != 0 && count <= batchMessagesMax, BatchSize(count, batchMessagesMax));
        ids = new bytes32[](count);
        bytes memory recipient = Interop.onThisChain(address(0));
        uint256 next = 0;
        for (uint256 g = 0; g < batch.length; ++g) {
            bytes calldata sourceGateway = batch[g].sourceGateway;
            Message[] calldata messages = batch[g].messages;
            for (uint256 i = 0; i < messages.length; ++i) {
                ids[next] = _messageId(sourceGateway, MessageCodec.element(messages, i), recipient);
                unchecked {
                    ++next; // <= batchMessagesMax
                }
            }
        }
    }

    function _deliverIsolated(
        bytes32 id,
        bytes32 source,
        mapping(uint256 word => uint256) storage words,
        Message calldata message
    ) private {
        // The bit is set before the recipient runs: a recipient that enters again finds its message delivered.
        if (!_setDelivered(words, message.sendId)) return;
        uint256 gasLimit = _gasLimit(message);
        (bool success, bool accepted) = _call(id, message, gasLimit, gasLimit);
        if (accepted) {
            emit MessageDelivered(id);
        } else {
            // It has run, and only a revert can undo what it did. Nothing ran where there is no code (and code that is
            // there when a call starts stays until the transaction ends).
            require(!success || message.recipient.code.length == 0, NotAccepted(message.recipient));
            bytes memory reason = _reason(message.recipient, success);
            _clearDelivered(words, message.sendId);
            _failures[id] = Failure(source, message.sendId);
            emit MessageFailed(id, reason);
        }
    }

    function _callOrRevert(bytes32 id, Message calldata message) private {
        // Nothing has to be kept from this recipient for the sake of others: it gets all the gas there is.
        (bool success, bool accepted) = _call(id, message, _gasLimit(message), type(uint256).max);
        if (accepted) {
            emit MessageDelivered(id);
        } else {
            bytes memory reason = _reason(message.recipient, success);
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }

    /// @dev Hands the message to its recipient. The caller must read the reason of a failure, if it wants it, before any
    /// other call.
    /// @param gasMin the recipient gets at least that, or the transaction reverts
    /// @param gasMax the recipient gets at most that
    /// @return success whether the recipient returned rather than reverted
    /// @return accepted whether it also answered receiveMessage's selector, as a whole word
    function _call(
        bytes32 id,
        Message calldata message,
        uint256 gasMin,
        uint256 gasMax
    ) private returns (bool success, bool accepted) {
        address recipient = message.recipient;
        (uint256 data, uint256 length) = MessageCodec.receiveMessage(id, message);
        // EIP-150: a call leaves at least 1/64 of the gas to the caller, so the recipient gets at most 63/64.
        uint256 needed;
        unchecked {
            needed = gasMin + gasMin / 63 + CALL_GAS; // gasMin <= gasLimitMax
        }
        if (gasleft() < needed) revert InsufficientGas(id, gasleft(), needed);
        assembly ("memory-safe") {
            success := call(gasMax, recipient, 0, data, length, 0x00, 0x20)
            let answer := and(gt(returndatasize(), 0x1f), eq(mload(0x00), shl(224, 0x2432ef26)))
            accepted := and(success, answer)
        }
    }

    /// @dev Why the last call was not accepted: the recipient's revert data, truncated, or else NotAccepted.
    function _reason(address recipient, bool success) private pure returns (bytes memory reason) {
        uint256 size;
        assembly ("memory-safe") {
            size := returndatasize()
        }
        if (success || size == 0) return abi.encodeWithSelector(NotAccepted.selector, recipient);
        if (size > REASON_BYTES_MAX) size = REASON_BYTES_MAX;
        reason = new bytes(size);
        assembly ("memory-safe") {
            returndatacopy(add(reason, 0x20), 0, size)
        }
    }

    /// @dev Gas that a message is entitled to. A malformed attribute, or one above the limit, cannot come from a
    /// gateway of this kind; from another one it must not block its batch: it is ignored, or cut to the limit.
    function _gasLimit(Message calldata message) private pure returns (uint256) {
        if (MessageCodec.attributeCount(message) == 0) return gasLimitDefault;
        bytes[] calldata attributes = message.attributes;
        for (uint256 i = 0; i < attributes.length; ++i) {
            bytes calldata attribute = attributes[i];
            if (attribute.length == 36 && bytes4(attribute) == MIN_GAS_LIMIT) {
                uint256 gasLimit = uint256(bytes32(attribute[4:]));
                return gasLimit < gasLimitMax ? gasLimit : gasLimitMax;
            }
        }
        return gasLimitDefault;
    }

    // ------------------------------------------------------ identity, records

    /// @param recipient any ERC-7930 address on this chain by {Interop-onThisChain}; its account is overwritten
    function _messageId(
        bytes calldata sourceGateway,
        Message calldata message,
        bytes memory recipient
    ) private pure returns (bytes32) {
        bytes32 attributesHash = MessageCodec.attributeCount(message) == 0
            ? NO_ATTRIBUTES
            : keccak256(abi.encode(message.attributes));
        return MessageCodec.messageId(sourceGateway, message, recipient, attributesHash);
    }

    /// @return fresh whether the bit was not set before
    function _setDelivered(
        mapping(uint256 word => uint256) storage words,
        bytes32 sendId
    ) private returns (bool fresh) {
        uint256 slot = uint256(sendId);
        uint256 word = words[slot >> 8];
        uint256 bit = 1 << (slot & 0xff);
        fresh = word & bit == 0;
        if (fresh) words[slot >> 8] = word | bit;
    }

    /// @dev Reads the word again: the recipient may have had other messages delivered meanwhile.
    function _clearDelivered(mapping(uint256 word => uint256) storage words, bytes32 sendId) private {
        uint256 slot = uint256(sendId);
        words[slot >> 8] &= ~(1 << (slot & 0xff));
    }

    function _isDelivered(bytes32 source, bytes32 sendId) private view returns (bool) {
        uint256 slot = uint256(sendId);
        return _delivered[source][slot >> 8] & (1 << (slot & 0xff)) != 0;
    }

    /// @inheritdoc IGateway
    function messageId(bytes calldata sourceGateway, Message calldata message) external view returns (bytes32) {
        return _messageId(sourceGateway, message, Interop.onThisChain(address(0)));
    }

    /// @inheritdoc IGateway
    function delivered(bytes calldata sourceGateway, bytes32 sendId) external view returns (bool) {
        return _isDelivered(keccak256(sourceGateway), sendId);
    }

    /// @inheritdoc IGateway
    function failed(bytes32 id) external view returns (bool) {
        Failure memory failure = _failures[id];
        return failure.source != 0 && !_isDelivered(failure.source, failure.sendId);
    }

    /// @inheritdoc IGateway
    function sequence() external view returns (uint64) {
        return _state.sequence;
    }

    // ------------------------------------------------------------------- keys

    /// @dev Reverts unless the gateway is open and `attestation` is a signature over `root` for this chain and gateway by
    /// the current key, or by the one before it while its overlap window is open.
    function _requireAttested(bytes32 root, Attestation calldata attestation) private view {
        uint32 epoch = attestation.keyEpoch;
        uint256 px = _openKeys[epoch];
        if (px == 0) px = _pastKey(epoch);
        bytes32 digest = keccak256(abi.encode(ATTESTATION_TAG, block.chainid, address(this), epoch, root));
        require(Schnorr.verify(px, digest, attestation.commitment, attestation.response), InvalidAttestation());
    }

    /// @dev The key of an epoch that is not the current one, or the reason why nothing is delivered under it.
    function _pastKey(uint32 epoch) private view returns (uint256) {
        require(!_state.paused, GatewayPaused());
        // For epochs that never were the window is 0, and closed.
        require(block.timestamp < _validUntil[epoch], KeyNotValid(epoch));
        return _keys[epoch];
    }

    /// @inheritdoc IGateway
    /// @dev Works while paused: a committee must be able to leave a key behind whatever else is wrong.
    function rotate(uint256 newKey, uint64 overlapSeconds, Attestation calldata byCurrentKey) external {
        uint32 epoch = _state.keyEpoch;
        require(byCurrentKey.keyEpoch == epoch, KeyNotValid(byCurrentKey.keyEpoch));
        require(overlapSeconds <= overlapSecondsMax, OverlapTooLong(overlapSeconds, overlapSecondsMax));
        require(Schnorr.isKey(newKey), InvalidKey(newKey));
        bytes32 digest = keccak256(
            abi.encode(ROTATION_TAG, block.chainid, address(this), epoch, newKey, overlapSeconds)
        );
        require(
            Schnorr.verify(_keys[epoch], digest, byCurrentKey.commitment, byCurrentKey.response),
            InvalidAttestation()
        );
        // At most two keys are valid at any time: what is left of the window before this one closes now.
        if (block.timestamp < _validUntil[epoch - 1]) _validUntil[epoch - 1] = uint64(block.timestamp);
        uint64 validUntil = uint64(block.timestamp) + overlapSeconds;
        _validUntil[epoch] = validUntil;
        delete _openKeys[epoch];
        _state.keyEpoch = ++epoch;
        _keys[epoch] = newKey;
        if (!_state.paused) _openKeys[epoch] = newKey;
        emit KeyRotated(epoch, newKey, validUntil);
    }

    /// @inheritdoc IGateway
    function groupKey(uint32 epoch) external view returns (uint256 px, uint64 validUntil) {
        px = _keys[epoch];
        validUntil = epoch == _state.keyEpoch ? type(uint64).max : _validUntil[epoch];
    }

    /// @inheritdoc IGateway
    function keyEpoch() external view returns (uint32) {
        return _state.keyEpoch;
    }

    // ------------------------------------------------------------------ pause

    /// @inheritdoc IGateway
    function pause() external {
        require(msg.sender == guardian, NotGuardian(msg.sender));
        require(!_state.paused, GatewayPaused());
        _state.paused = true;
        delete _openKeys[_state.keyEpoch];
        emit Paused(msg.sender);
    }

    /// @inheritdoc IGateway
    function unpause() external onlyOwner {
        _state.paused = false;
        _openKeys[_state.keyEpoch] = _keys[_state.keyEpoch];
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc IGateway
    function setGuardian(address newGuardian) external onlyOwner {
        guardian = newGuardian;
        emit GuardianChanged(newGuardian);
    }

    /// @inheritdoc IGateway
    function paused() external view returns (bool) {
        return _state.paused;
    }

    /// @notice Refused: without an owner nobody could end a pause.
    function renounceOwnership() public view override onlyOwner {
        revert OwnableInvalidOwner(address(0));
    }
}
