// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice On every message calls back into the gateway with calldata prepared beforehand, and counts how often it runs.
contract ReentrantRecipient is IERC7786Recipient {
    address public immutable gateway;
    bytes[] private _calls;
    bool public fails;
    uint256 public runs;
    uint256 public depth;
    bool[] public outcomes;
    bytes[] public answers;

    constructor(address gateway_) {
        gateway = gateway_;
    }

    /// @param calls_ what to call the gateway with, in order
    /// @param fails_ whether to revert afterwards
    function prepare(bytes[] calldata calls_, bool fails_) external {
        delete _calls;
        delete outcomes;
        delete answers;
        for (uint256 i = 0; i < calls_.length; ++i) {
            _calls.push(calls_[i]);
        }
        fails = fails_;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        ++runs;
        if (depth == 0) {
            ++depth;
            for (uint256 i = 0; i < _calls.length; ++i) {
                (bool ok, bytes memory answer) = gateway.call(_calls[i]);
                outcomes.push(ok);
                answers.push(answer);
            }
            --depth;
        }
        require(!fails, "fails after re-entering");
        return IERC7786Recipient.receiveMessage.selector;
    }
}
