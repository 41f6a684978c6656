// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title ERC-7930 interoperable addresses, version 1
/// @notice `0001 | chain type (2 bytes) | length of chain reference (1) | chain reference | length of address (1) | address`
/// @dev OpenZeppelin's parser accepts trailing bytes and leading zeroes, which give one account many encodings. A
/// message id is a hash over the encoding, so only the canonical one may enter a message.
library Interop {
    /// @notice The address is not in canonical form, or names no account of one chain.
    error MalformedAddress(bytes interoperableAddress);

    /// @notice The canonical form of an account on this chain. Its last 20 bytes are the account; zeroes follow up
    /// to a whole word.
    function onThisChain(address account) internal view returns (bytes memory encoded) {
        uint256 chainId = block.chainid;
        uint256 size = 1;
        for (uint256 rest = chainId >> 8; rest != 0; rest >>= 8) {
            ++size;
        }
        // Assembled by hand because abi.encodePacked cannot write a number of variable width. `size` is in [1, 32].
        assembly ("memory-safe") {
            encoded := mload(0x40)
            let length := add(26, size)
            // Version, chain type eip155 and reference length are 00 01 00 00 SS; the reference follows left-aligned.
            mstore(add(encoded, 0x20), shl(216, or(0x0001000000, size)))
            mstore(add(encoded, 0x25), shl(sub(256, shl(3, size)), chainId))
            mstore(add(encoded, add(0x25, size)), or(shl(248, 20), shl(88, account)))
            mstore(add(encoded, add(0x20, length)), 0)
            mstore(encoded, length)
            mstore(0x40, and(add(add(encoded, length), 0x3f), not(0x1f)))
        }
    }

    /// @notice Check that `recipient` is the canonical form of one account, and say whether it is on this chain.
    /// @dev Demands version 1, lengths that add up exactly, a chain reference and an address that are not empty, and for
    /// eip155 a reference of at most 32 bytes without a leading zero and an address of 20 bytes.
    function check(bytes calldata recipient) internal view returns (bool isOnThisChain) {
        unchecked {
            uint256 total = recipient.length;
            if (total < 8 || bytes2(recipient) != 0x0001) revert MalformedAddress(recipient);
            uint256 size = uint8(recipient[4]);
            if (size == 0 || total < 7 + size) revert MalformedAddress(recipient);
            uint256 accountSize = uint8(recipient[5 + size]);
            if (accountSize == 0 || total != 6 + size + accountSize) revert MalformedAddress(recipient);
            if (bytes2(recipient[2:4]) == 0x0000) {
                if (size > 32 || accountSize != 20 || recipient[5] == 0) revert MalformedAddress(recipient);
                return uint256(bytes32(recipient[5:5 + size])) >> (256 - 8 * size) == block.chainid;
            }
        }
    }
}
