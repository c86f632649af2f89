package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Turns a contest into outcomes: how many times as fast as each of the others the library was. */
final class Comparison {

    private static final String LIBRARY = SystemKind.LIBRARY.label();

    private Comparison() {}

    /**
     * Adds a number for each peer.
     *
     * @param goals by the peer's label; a peer without one is shown alone
     * @param perOperation how many things one operation did
     */
    static void add(Outcomes outcomes, String workload, Contest contest, Map<String, Goal> goals, int perOperation)
            throws IOException {
        for (String peer : contest.names()) {
            if (!peer.equals(LIBRARY)) {
                Range ratio = contest.ratio(LIBRARY, peer);
                String detail = rate(contest, LIBRARY, perOperation) + " against " + rate(contest, peer, perOperation);
                outcomes.add(Outcome.of(workload, peer, ratio, goals.get(peer), detail));
            }
        }
    }

    /** Adds a number for the stored query beside the peer that has a goal. */
    static void addStored(Outcomes outcomes, String workload, Contest contest, String peer, Goal goal)
            throws IOException {
        add(outcomes, "stored query, " + workload, contest, SystemKind.STORED_QUERY.label(), peer, goal);
    }

    /** Adds a number for one of the library's ways beside a peer. */
    static void add(Outcomes outcomes, String title, Contest contest, String way, String peer, Goal goal)
            throws IOException {
        String detail = rate(contest, way, 1) + " against " + rate(contest, peer, 1);
        outcomes.add(Outcome.of(title, peer, contest.ratio(way, peer), goal, detail));
    }

    private static String rate(Contest contest, String name, int perOperation) {
        return String.format(Locale.ROOT, "%,.0f/s", contest.rate(name).median() * perOperation);
    }
}
