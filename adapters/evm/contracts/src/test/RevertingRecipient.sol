// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Fails in a way that can be switched; counts what it accepts, and what it takes but answers wrongly.
contract RevertingRecipient is IERC7786Recipient {
    enum Mode {
        Accept,
        RevertWithText,
        RevertWithError,
        RevertBare,
        Panic,
        AnswerWrong,
        AnswerShort,
        AnswerDirty
    }

    error Refused(bytes32 receiveId, uint256 code);

    Mode public mode;
    uint256 public accepted;
    uint256 public answeredWrongly;
    bytes32 public lastReceiveId;
    bytes public lastSender;
    bytes public lastPayload;
    uint256 public lastGas;

    constructor(Mode mode_) {
        mode = mode_;
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function receiveMessage(
        bytes32 receiveId,
        bytes calldata sender,
        bytes calldata payload
    ) external payable returns (bytes4) {
        uint256 gasAtStart = gasleft();
        Mode now_ = mode;
        if (now_ == Mode.RevertWithText) revert("closed for the day");
        if (now_ == Mode.RevertWithError) revert Refused(receiveId, 42);
        if (now_ == Mode.Panic) assert(false);
        if (now_ == Mode.RevertBare) {
            assembly {
                revert(0, 0)
            }
        }
        if (now_ != Mode.Accept) ++answeredWrongly;
        if (now_ == Mode.AnswerWrong) return 0xdeadbeef;
        if (now_ == Mode.AnswerShort) {
            assembly {
                mstore(0, shl(224, 0x2432ef26))
                return(0, 4)
            }
        }
        if (now_ == Mode.AnswerDirty) {
            assembly {
                mstore(0, or(shl(224, 0x2432ef26), 1))
                return(0, 32)
            }
        }
        ++accepted;
        lastReceiveId = receiveId;
        lastSender = sender;
        lastPayload = payload;
        lastGas = gasAtStart;
        return IERC7786Recipient.receiveMessage.selector;
    }
}
