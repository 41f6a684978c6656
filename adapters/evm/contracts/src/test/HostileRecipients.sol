// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Burns all the gas that it is given.
contract GasBurningRecipient is IERC7786Recipient {
    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        assembly {
            invalid()
        }
    }
}

/// @notice Returns or reverts with as much data as its gas pays for, or as it is told.
contract ReturnBombRecipient is IERC7786Recipient {
    uint256 public immutable size;
    bool public immutable reverts;

    constructor(uint256 size_, bool reverts_) {
        size = size_;
        reverts = reverts_;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        uint256 length = size;
        bool fails = reverts;
        assembly {
            mstore(0, shl(224, 0x08c379a0))
            mstore(0x40, 0) // nothing but zeroes follows
            if fails {
                revert(0, length)
            }
            return(0, length)
        }
    }
}
