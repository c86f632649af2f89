package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.tasks.Task;
import java.util.List;
import java.util.Locale;

/** What the audit log costs a write: one thread creates tasks and starts them, with the log off and on. */
public final class Audited implements Workload {

    private static final String OFF = "audit log off";
    private static final String ON = "audit log on";

    @Override
    public String name() {
        return "audited";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        AgentId agent = Fixture.agentIds()[7];
        try (Database off = Database.open(fixture.copy("audit-off"));
                Database on = Database.open(fixture.copy("audit-on"))) {
            on.audit().enable();
            Contest contest = Contest.run(
                    "create a task and start it, 1 thread",
                    List.of(
                            Contender.repeating(OFF, () -> start(off, agent)),
                            Contender.repeating(ON, () -> start(on, agent))),
                    options);
            outcomes.add(Outcome.of(
                    "create a task and start it, time with the audit log",
                    OFF,
                    contest.ratio(OFF, ON),
                    Goal.atMost(1.5),
                    String.format(
                            Locale.ROOT,
                            "%,.0f/s against %,.0f/s",
                            contest.rate(ON).median(),
                            contest.rate(OFF).median())));
        }
    }

    private static Object start(Database database, AgentId agent) {
        Task task = database.tasks().create(Fixture.newTask(agent));
        return database.tasks().start(task.id());
    }
}
