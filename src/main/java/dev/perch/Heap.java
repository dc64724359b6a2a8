// SPDX-License-Identifier: Apache-2.0
package dev.perch;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import com.sun.management.VMOption.Origin;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;

/** The memory of the virtual machine that Perch runs in. */
final class Heap {
    private static final int USED_PERCENT = 1;

    private Heap() {}

    /**
     * With {@code -Xmx} and no {@code -Xms}, and the serial collector, which is the one for a single processor: makes
     * the heap as large as it may become, as {@code -Xms} with the same figure would. That collector begins with a 64th
     * of the machine's memory, has a third of it for young objects, and gets more only when all of it is full; until
     * then it moves what thousands of parked polls hold again and again. Nothing is written to most of what is taken,
     * so it is no memory of the machine's until it is used.
     *
     * <p>Does nothing in a virtual machine without these settings.
     */
    static void takeWhatIsAllowed() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (machine == null) {
            return;
        }
        try {
            if (isSerial(machine) && isChosen(machine, "MaxHeapSize") && !isChosen(machine, "InitialHeapSize")) {
                machine.setVMOption("MaxHeapFreeRatio", "100");
                machine.setVMOption("MinHeapFreeRatio", Integer.toString(100 - USED_PERCENT));
                collectWhenUsed(Runtime.getRuntime().maxMemory() / 100 * USED_PERCENT);
            }
        } catch (IllegalArgumentException noSuchSetting) {
            return;
        }
    }

    /** A collection of all makes the heap so large that no more than the wanted share of it is used. */
    private static void collectWhenUsed(long bytes) {
        byte[] used = new byte[(int) Math.min(bytes, Integer.MAX_VALUE / 2)];
        try {
            System.gc();
        } finally {
            Reference.reachabilityFence(used);
        }
    }

    private static boolean isSerial(HotSpotDiagnosticMXBean machine) {
        return Boolean.parseBoolean(machine.getVMOption("UseSerialGC").getValue());
    }

    /** Whether somebody has set it, and not the machine itself. */
    private static boolean isChosen(HotSpotDiagnosticMXBean machine, String name) {
        VMOption option = machine.getVMOption(name);
        return option.getOrigin() != Origin.DEFAULT && option.getOrigin() != Origin.ERGONOMIC;
    }
}
