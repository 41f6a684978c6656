// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Schnorr verification on secp256k1 by the ecrecover identity
/// @notice Scheme `secp256k1-evm`: a signature is (address of R, z) with z = k + e*x over the challenge
/// e = keccak256(Px | parity | digest | address of R) mod n.
/// @dev Keys are normalised to an even y before they are registered, so a key is its x coordinate and the parity byte
/// of the challenge is always 0x00 (0x00 = even y, 0x01 would be odd y).
///
/// ecrecover(h, v, r, s) answers the address of r^-1 * (s*K - h*G), where K is the point with x = r and the parity
/// that v names. With r = Px, v = 27 (even y, so K = P), s = -e*Px and h = -z*Px this is z*G - e*P, which is R exactly
/// when the signature is valid.
library Schnorr {
    /// @dev Order of the secp256k1 group.
    uint256 internal constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @dev Parity byte of the challenge: even.
    uint8 private constant EVEN = 0;

    /// @dev ecrecover's v for a point with an even y.
    uint8 private constant V_EVEN = 27;

    /// @notice Whether `px` is a key that signatures can be checked against: 0 < px < n, and the x of a curve point.
    /// @dev With h = 0 and s = 1 ecrecover answers the address of px^-1 * K, which exists for every x on the curve (it
    /// is never the point at infinity), and nothing when no point has that x. Keys with n <= px < p exist, with
    /// probability 2^-128, but cannot be r in ecrecover: they are refused.
    function isKey(uint256 px) internal pure returns (bool) {
        return px != 0 && px < N && ecrecover(bytes32(0), V_EVEN, bytes32(px), bytes32(uint256(1))) != address(0);
    }

    /// @notice Whether (commitment, z) is a signature of `digest` by the key `px`.
    /// @param px x coordinate of the group key; must have passed {isKey} when it was registered
    /// @param commitment address of R: the last 20 bytes of keccak256(Rx | Ry)
    /// @param z response scalar, in [1, n-1]: other representatives are refused, so a signature has one encoding
    function verify(uint256 px, bytes32 digest, address commitment, uint256 z) internal pure returns (bool) {
        // A failed ecrecover answers the zero address, so a zero commitment must never reach the comparison.
        if (commitment == address(0) || z == 0 || z >= N) return false;
        uint256 e = uint256(keccak256(abi.encodePacked(px, EVEN, digest, commitment))) % N;
        if (e == 0) return false;
        // px, z and e are in [1, n-1] and n is prime: neither product is 0 mod n, so h and s are in [1, n-1].
        unchecked {
            uint256 h = N - mulmod(z, px, N);
            uint256 s = N - mulmod(e, px, N);
            return ecrecover(bytes32(h), V_EVEN, bytes32(px), bytes32(s)) == commitment;
        }
    }
}
