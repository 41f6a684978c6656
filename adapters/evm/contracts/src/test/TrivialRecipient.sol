// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Accepts every message and writes nothing: what a delivery costs without its recipient.
contract TrivialRecipient is IERC7786Recipient {
    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Deploys many of them in one transaction, to be read from its event.
contract TrivialRecipients {
    event Deployed(address[] recipients);

    function deploy(uint256 count) external {
        address[] memory recipients = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            recipients[i] = address(new TrivialRecipient());
        }
        emit Deployed(recipients);
    }
}
