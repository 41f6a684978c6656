// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC7786Recipient} from "@openzeppelin/contracts/crosschain/ERC7786Recipient.sol";

/// @notice Keeps the last message that its gateway delivered. Anyone may write to it from any chain.
contract MessageBoard is ERC7786Recipient {
    /// @notice The only gateway whose word is taken.
    address public immutable gateway;

    /// @notice How many messages were received.
    uint256 public count;

    bytes32 public lastReceiveId;

    /// @notice ERC-7930 address of who sent the last message.
    bytes public lastSender;

    bytes public lastPayload;

    event MessageReceived(bytes32 indexed receiveId, bytes sender, bytes payload);

    constructor(address gateway_) {
        gateway = gateway_;
    }

    function _isAuthorizedGateway(address instance, bytes calldata) internal view override returns (bool) {
        return instance == gateway;
    }

    function _processMessage(
        address,
        bytes32 receiveId,
        bytes calldata sender,
        bytes calldata payload
    ) internal override {
        ++count;
        lastReceiveId = receiveId;
        lastSender = sender;
        lastPayload = payload;
        emit MessageReceived(receiveId, sender, payload);
    }
}
