// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {Message} from "./IGateway.sol";

/// @title The two ABI encodings that every delivery pays for
/// @notice Plain `abi.encode` layouts, in assembly because that saves a fifth of what a batched message costs: fields are
/// found and bounded once, strings go straight from calldata to their place, and the memory is used again by the next
/// message instead of growing.
/// @dev What is written lies from the free memory pointer on, which is not moved: valid until the next allocation.
///
/// Calldata is read as follows by both functions, so that what is hashed is what is handed over. A struct's strings are
/// at the struct plus the offset in their field; one that ends behind the calldata, or an account with more than 20 bytes,
/// reverts. Sums may wrap around without harm: they lead elsewhere in the calldata, or behind its end.
///
/// The tests compare both with independent encodings, over random messages of all sizes.
library MessageCodec {
    /// @notice keccak256(abi.encode(uint8(1), sourceGateway, sendId, sender, recipient, keccak256(payload), attributesHash))
    /// @param recipient an ERC-7930 address on this chain by `Interop.onThisChain`; its account is overwritten
    /// @param attributesHash keccak256(abi.encode(attributes))
    function messageId(
        bytes calldata sourceGateway,
        Message calldata message,
        bytes memory recipient,
        bytes32 attributesHash
    ) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            // Copies the string at `field` of `base` to `at`: its length, its bytes, and zeroes up to a whole word. Answers
            // where the next one starts. (The zeroes may reach into that one, which is not written yet.)
            function copy(at, base, field) -> next {
                let from := add(base, calldataload(add(base, field)))
                let length_ := calldataload(from)
                let size := add(length_, 0x20)
                if or(gt(length_, 0xffffffff), gt(add(from, size), calldatasize())) { revert(0, 0) }
                calldatacopy(at, from, size)
                mstore(add(at, size), 0)
                next := add(at, and(add(size, 0x1f), not(0x1f)))
            }
            // A head of seven words: values, and for strings their distances from the start. Then the strings.
            let start := mload(0x40)
            let at := add(start, 0xe0)

            // The payload's hash, by way of the space that the strings are about to take.
            pop(copy(at, message, 0x60))
            mstore(add(start, 0xa0), keccak256(add(at, 0x20), mload(at)))

            mstore(start, 1)
            mstore(add(start, 0x20), 0xe0)
            mstore(add(start, 0x40), calldataload(message))
            mstore(add(start, 0xc0), attributesHash)

            let size := sourceGateway.length
            mstore(at, size)
            at := add(at, 0x20)
            calldatacopy(at, sourceGateway.offset, size)
            mstore(add(at, size), 0)
            at := add(at, and(add(size, 0x1f), not(0x1f)))
            mstore(add(start, 0x60), sub(at, start))
            at := copy(at, message, 0x20)
            mstore(add(start, 0x80), sub(at, start))

            // The recipient has 27 to 58 bytes and is padded with zeroes: two words with its length, or three.
            let account := calldataload(add(message, 0x40))
            if shr(160, account) { revert(0, 0) }
            size := mload(recipient)
            let last := add(recipient, size) // the word that ends with the account
            mstore(last, or(shl(160, shr(160, mload(last))), account))
            mstore(at, size)
            mstore(add(at, 0x20), mload(add(recipient, 0x20)))
            at := add(at, 0x40)
            if gt(size, 0x20) {
                mstore(at, mload(add(recipient, 0x40)))
                at := add(at, 0x20)
            }
            id := keccak256(start, sub(at, start))
        }
    }

    /// @notice abi.encodeCall(IERC7786Recipient.receiveMessage, (id, sender, payload)), not allocated.
    /// @return start memory offset of the first byte
    /// @return length in bytes
    function receiveMessage(bytes32 id, Message calldata message) internal pure returns (uint256 start, uint256 length) {
        bytes4 selector = IERC7786Recipient.receiveMessage.selector;
        assembly ("memory-safe") {
            // As above.
            function copy(at, base, field) -> next {
                let from := add(base, calldataload(add(base, field)))
                let length_ := calldataload(from)
                let size := add(length_, 0x20)
                if or(gt(length_, 0xffffffff), gt(add(from, size), calldatasize())) { revert(0, 0) }
                calldatacopy(at, from, size)
                mstore(add(at, size), 0)
                next := add(at, and(add(size, 0x1f), not(0x1f)))
            }
            start := mload(0x40)
            mstore(start, selector)
            let arguments := add(start, 4)
            mstore(arguments, id)
            mstore(add(arguments, 0x20), 0x60)
            let at := copy(add(arguments, 0x60), message, 0x20)
            mstore(add(arguments, 0x40), sub(at, arguments))
            length := sub(copy(at, message, 0x60), start)
        }
    }

    /// @notice messages[i], for i < messages.length.
    function element(Message[] calldata messages, uint256 i) internal pure returns (Message calldata message) {
        assembly ("memory-safe") {
            message := add(messages.offset, calldataload(add(messages.offset, shl(5, i))))
        }
    }

    /// @notice How many attributes a message has.
    /// @dev Spares those without any, nearly all, the compiler's checks; whoever uses them passes through those.
    function attributeCount(Message calldata message) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            let array := add(message, calldataload(add(message, 0x80)))
            if gt(add(array, 0x20), calldatasize()) { revert(0, 0) }
            count := calldataload(array)
        }
    }
}
