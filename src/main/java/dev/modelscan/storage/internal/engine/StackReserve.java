package dev.modelscan.storage.internal.engine;

/**
 * Makes sure that there is stack left before a call takes something that it has to give back. Whoever is at the stack's end
 * learns it here, while it holds nothing, and not inside a driver, a pool or a clean-up.
 *
 * <p>It walks down at least 24 KB and returns. A frame is large because it has room for the arguments of the last call, and
 * that call is not inlined because it is long.
 */
public final class StackReserve {

    /** The compiler puts up to two calls into one frame of nearly a kilobyte. */
    private static final int CALLS = 52;

    private StackReserve() {}

    /**
     * Returns if the stack goes on from here.
     *
     * @throws StackOverflowError if it does not
     */
    public static void require() {
        if (walk(CALLS) != 0) {
            throw new AssertionError("the sum of zeros");
        }
    }

    // spotless:off
    private static int walk(int left) {
        return left > 0
                ? walk(left - 1)
                : sum(
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left, left, left, left, left, left, left, left, left,
                        left, left, left, left, left, left, left, left);
    }

    private static int sum(
            int a0,
            int a1,
            int a2,
            int a3,
            int a4,
            int a5,
            int a6,
            int a7,
            int a8,
            int a9,
            int a10,
            int a11,
            int a12,
            int a13,
            int a14,
            int a15,
            int a16,
            int a17,
            int a18,
            int a19,
            int a20,
            int a21,
            int a22,
            int a23,
            int a24,
            int a25,
            int a26,
            int a27,
            int a28,
            int a29,
            int a30,
            int a31,
            int a32,
            int a33,
            int a34,
            int a35,
            int a36,
            int a37,
            int a38,
            int a39,
            int a40,
            int a41,
            int a42,
            int a43,
            int a44,
            int a45,
            int a46,
            int a47,
            int a48,
            int a49,
            int a50,
            int a51,
            int a52,
            int a53,
            int a54,
            int a55,
            int a56,
            int a57,
            int a58,
            int a59,
            int a60,
            int a61,
            int a62,
            int a63,
            int a64,
            int a65,
            int a66,
            int a67,
            int a68,
            int a69,
            int a70,
            int a71,
            int a72,
            int a73,
            int a74,
            int a75,
            int a76,
            int a77,
            int a78,
            int a79,
            int a80,
            int a81,
            int a82,
            int a83,
            int a84,
            int a85,
            int a86,
            int a87,
            int a88,
            int a89,
            int a90,
            int a91,
            int a92,
            int a93,
            int a94,
            int a95,
            int a96,
            int a97,
            int a98,
            int a99,
            int a100,
            int a101,
            int a102,
            int a103,
            int a104,
            int a105,
            int a106,
            int a107,
            int a108,
            int a109,
            int a110,
            int a111,
            int a112,
            int a113,
            int a114,
            int a115,
            int a116,
            int a117,
            int a118,
            int a119) {
        return a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16 + a17 + a18
                + a19 + a20 + a21 + a22 + a23 + a24 + a25 + a26 + a27 + a28 + a29 + a30 + a31 + a32 + a33 + a34 + a35
                + a36 + a37 + a38 + a39 + a40 + a41 + a42 + a43 + a44 + a45 + a46 + a47 + a48 + a49 + a50 + a51 + a52
                + a53 + a54 + a55 + a56 + a57 + a58 + a59 + a60 + a61 + a62 + a63 + a64 + a65 + a66 + a67 + a68 + a69
                + a70 + a71 + a72 + a73 + a74 + a75 + a76 + a77 + a78 + a79 + a80 + a81 + a82 + a83 + a84 + a85 + a86
                + a87 + a88 + a89 + a90 + a91 + a92 + a93 + a94 + a95 + a96 + a97 + a98 + a99 + a100 + a101 + a102
                + a103 + a104 + a105 + a106 + a107 + a108 + a109 + a110 + a111 + a112 + a113 + a114 + a115 + a116 + a117
                + a118 + a119;
    }
    // spotless:on
}
