// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {BridgeERC721, IERC721} from "@openzeppelin/contracts/crosschain/bridges/BridgeERC721.sol";
import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";
import {CrosschainRemoteExecutor} from "@openzeppelin/contracts/crosschain/CrosschainRemoteExecutor.sol";
import {ERC20, ERC20Crosschain} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Crosschain.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorCrosschain} from "@openzeppelin/contracts/governance/extensions/GovernorCrosschain.sol";

// OpenZeppelin's cross-chain contracts with what they leave abstract, and nothing overridden that concerns gateways.

contract TestExecutor is CrosschainRemoteExecutor {
    constructor(address gateway_, bytes memory controller_) CrosschainRemoteExecutor(gateway_, controller_) {}
}

contract TestBridgeERC721 is BridgeERC721 {
    constructor(IERC721 token_) BridgeERC721(token_) CrosschainLinked(new Link[](0)) {}

    function link(address gateway, bytes calldata counterpart) external {
        _setLink(gateway, counterpart, false);
    }
}

contract TestERC721 is ERC721 {
    constructor() ERC721("Test", "TEST") {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

contract TestERC20Crosschain is ERC20Crosschain {
    constructor(address holder, uint256 supply) ERC20("Test", "TEST") CrosschainLinked(new Link[](0)) {
        if (supply != 0) _mint(holder, supply);
    }

    function link(address gateway, bytes calldata counterpart) external {
        _setLink(gateway, counterpart, false);
    }
}

/// @notice A governor in which the deployer's vote decides.
contract TestGovernor is Governor, GovernorCountingSimple, GovernorCrosschain {
    address private immutable _voter = msg.sender;

    constructor() Governor("Test") {}

    function clock() public view override returns (uint48) {
        return uint48(block.number);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=blocknumber&from=default";
    }

    function votingDelay() public pure override returns (uint256) {
        return 1;
    }

    function votingPeriod() public pure override returns (uint256) {
        return 5;
    }

    function quorum(uint256) public pure override returns (uint256) {
        return 1;
    }

    function _getVotes(address account, uint256, bytes memory) internal view override returns (uint256) {
        return account == _voter ? 1 : 0;
    }
}
