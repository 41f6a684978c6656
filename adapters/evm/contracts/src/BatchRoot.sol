// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Merkle root of a whole batch
/// @notice The tree of OpenZeppelin's JavaScript library (`StandardMerkleTree`, unsorted leaves): a complete binary
/// tree of 2n-1 nodes in one array, root first, leaf i at position 2n-2-i, pairs hashed in ascending order. Single
/// proofs are therefore checked by OpenZeppelin's `MerkleProof`.
library BatchRoot {
    /// @notice The leaf of a message: hashed twice, so that no inner node (a hash of 64 bytes) is ever a leaf.
    function leaf(bytes32 messageId) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0x00, messageId)
            mstore(0x00, keccak256(0x00, 0x20))
            hash := keccak256(0x00, 0x20)
        }
    }

    /// @notice The root over `messageIds` in batch order; for one message its leaf.
    /// @param messageIds at least one
    function root(bytes32[] memory messageIds) internal pure returns (bytes32 hash) {
        // Written in assembly because checked array accesses would double the cost of a node. The tree lives in
        // unallocated memory (from the free pointer on) and is dropped on return. All offsets are in bytes: node i is
        // at tree + 32*i, and n >= 1 holds for every caller, so no subtraction below can underflow.
        assembly ("memory-safe") {
            let n := mload(messageIds)
            let tree := mload(0x40)
            // Leaves: position 2n-2 down to n-1.
            let node := add(tree, shl(5, sub(shl(1, n), 2)))
            let id := add(messageIds, 0x20)
            for { let end := add(id, shl(5, n)) } lt(id, end) { id := add(id, 0x20) } {
                mstore(0x00, mload(id))
                mstore(0x00, keccak256(0x00, 0x20))
                mstore(node, keccak256(0x00, 0x20))
                node := sub(node, 0x20)
            }
            // `node` is now at position n-2, the last inner node; its children are at 2i+1 and 2i+2.
            for { } iszero(lt(node, tree)) { node := sub(node, 0x20) } {
                let children := add(tree, add(shl(1, sub(node, tree)), 0x20))
                let left := mload(children)
                let right := mload(add(children, 0x20))
                switch lt(left, right)
                case 1 { mstore(node, keccak256(children, 0x40)) }
                default {
                    mstore(0x00, right)
                    mstore(0x20, left)
                    mstore(node, keccak256(0x00, 0x40))
                }
            }
            hash := mload(tree)
        }
    }
}
