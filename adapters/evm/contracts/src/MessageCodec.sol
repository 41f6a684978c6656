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
            function locate(base, field) -> offset, size {
                let at := add(base, calldataload(add(base, field)))
                size := calldataload(at)
                offset := add(at, 0x20)
                if or(gt(size, 0xffffffff), gt(add(offset, size), calldatasize())) { revert(0, 0) }
            }
            // Length, bytes, and zeroes up to a whole word; answers where the next one starts.
            function append(at, offset, size) -> next {
                mstore(at, size)
                next := add(at, and(add(size, 0x3f), not(0x1f)))
                // Clears the last word before the bytes come; without bytes that word is the length, which is 0 then.
                mstore(sub(next, 0x20), 0)
                calldatacopy(add(at, 0x20), offset, size)
            }
            let start := mload(0x40)
            let offset, size := locate(message, 0x60)
            calldatacopy(start, offset, size)
            let payloadHash := keccak256(start, size)

            // Seven words of head: values, and for strings their distances from the start.
            mstore(start, 1)
            mstore(add(start, 0x20), 0xe0)
            mstore(add(start, 0x40), calldataload(message))
            mstore(add(start, 0xa0), payloadHash)
            mstore(add(start, 0xc0), attributesHash)
            let at := append(add(start, 0xe0), sourceGateway.offset, sourceGateway.length)
            mstore(add(start, 0x60), sub(at, start))
            offset, size := locate(message, 0x20)
            at := append(at, offset, size)
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
            function locate(base, field) -> offset, size {
                let at := add(base, calldataload(add(base, field)))
                size := calldataload(at)
                offset := add(at, 0x20)
                if or(gt(size, 0xffffffff), gt(add(offset, size), calldatasize())) { revert(0, 0) }
            }
            function append(at, offset, size) -> next {
                mstore(at, size)
                next := add(at, and(add(size, 0x3f), not(0x1f)))
                mstore(sub(next, 0x20), 0)
                calldatacopy(add(at, 0x20), offset, size)
            }
            start := mload(0x40)
            mstore(start, selector)
            let arguments := add(start, 4)
            mstore(arguments, id)
            mstore(add(arguments, 0x20), 0x60)
            let offset, size := locate(message, 0x20)
            let at := append(add(arguments, 0x60), offset, size)
            mstore(add(arguments, 0x40), sub(at, arguments))
            offset, size := locate(message, 0x60)
            length := sub(append(at, offset, size), start)
        }
    }

    /// @notice How many attributes a message has.
    /// @dev Spares those without any, nearly all, the compiler's checks; whoever uses them passes through those.
    function attributeCount(Message calldata message) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            let at := add(message, calldataload(add(message, 0x80)))
            if gt(add(at, 0x20), calldatasize()) { revert(0, 0) }
            count := calldataload(at)
        }
    }
}
