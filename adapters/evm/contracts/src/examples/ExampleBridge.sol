// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {BridgeERC20, IERC20} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC20.sol";
import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";

/// @notice OpenZeppelin's lock-and-release bridge, unmodified: locks tokens here, releases them there.
/// @dev Each of two bridges must know the other's address, so the owner adds the links once both are deployed.
contract ExampleBridge is BridgeERC20, Ownable {
    constructor(IERC20 token_, address owner_)
        BridgeERC20(token_)
        CrosschainLinked(new Link[](0))
        Ownable(owner_)
    {}

    /// @notice Link to the bridge on another chain. A link is never replaced.
    /// @param gateway the ERC-7786 gateway on this chain
    /// @param counterpart ERC-7930 address of the other bridge
    function link(address gateway, bytes calldata counterpart) external onlyOwner {
        _setLink(gateway, counterpart, false);
    }
}
