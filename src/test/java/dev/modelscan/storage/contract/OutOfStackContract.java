package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jooq.Cursor;
import org.jooq.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A call that runs out of stack fails alone, at any point: it keeps no connection, no lock and no turn to
 * write.
 */
@Timeout(300)
abstract class OutOfStackContract extends Contract {

    private static final int ROUNDS = 2;
    private static final int STACK_BYTES = 400 * 1_024;

    /** The call at every depth. */
    enum Call {
        READ {
            @Override
            void run(Database db, String name) {
                db.agents().list(1, 0);
            }
        },
        WRITE {
            @Override
            void run(Database db, String name) {
                db.agents().create(agent(name).build());
            }
        },
        WRITE_MANY {
            @Override
            void run(Database db, String name) {
                db.agents().createAll(List.of(agent(name).build()));
            }
        },
        TRANSACTION {
            @Override
            void run(Database db, String name) {
                db.useTx(tx -> tx.agents().create(agent(name).build()));
            }
        },
        PART {
            @Override
            void run(Database db, String name) {
                db.useTx(tx -> tx.useTx(part -> part.agents().create(agent(name).build())));
            }
        },
        QUERY {
            @Override
            void run(Database db, String name) {
                db.dsl().select(AGENTS.NAME).from(AGENTS).limit(1).fetch();
            }
        },
        SNAPSHOT {
            @Override
            void run(Database db, String name) {
                db.dsl().transactionResult(snapshot -> snapshot.dsl().fetchCount(AGENTS));
            }
        },
        QUERY_IN_TRANSACTION {
            @Override
            void run(Database db, String name) {
                db.useTx(tx -> {
                    tx.agents().create(agent(name).build());
                    tx.dsl().fetchCount(AGENTS);
                });
            }
        };

        abstract void run(Database db, String name);

        boolean stores() {
            return this != READ && this != QUERY && this != SNAPSHOT;
        }
    }

    /** Recursion to the end of the stack, with calls in its last quarter. */
    private static final class Descent implements Runnable {

        private final IntConsumer call;
        private final int padding;
        private boolean calling;
        private int deepest;
        private int overflows;

        Descent(IntConsumer call, int padding) {
            this.call = call;
            this.padding = padding;
        }

        @Override
        public void run() {
            pad(padding);
        }

        /** Makes each round reach the end at another point. */
        private void pad(int times) {
            if (times > 0) {
                pad(times - 1);
                return;
            }
            descend(0, 1, 2, 3);
            calling = true;
            descend(0, 1, 2, 3);
        }

        private long descend(int depth, long a, long b, long c) {
            try {
                if (!calling) {
                    deepest = depth;
                } else if (depth > deepest * 3 / 4 && depth % 13 == padding % 13) {
                    call.accept(depth);
                }
            } catch (StackOverflowError e) {
                overflows++;
            } catch (Throwable e) {
                // A class or a driver may wrap the Error.
                overflows++;
            }
            try {
                return a + b + c + descend(depth + 1, b, c, a);
            } catch (StackOverflowError e) {
                return a;
            }
        }
    }

    private static int overflowsOf(IntConsumer call, int round) throws InterruptedException {
        Descent descent = new Descent(call, round * 4);
        Thread thread = new Thread(null, descent, "deep", STACK_BYTES + round * 1_000L);
        thread.setDaemon(true);
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(60));
        if (thread.isAlive()) {
            StringBuilder where = new StringBuilder();
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (where.length() < 2_000) {
                    where.append(frame).append('\n');
                }
            }
            throw new AssertionError("the recursion hangs: " + where);
        }
        return descent.overflows;
    }

    @ParameterizedTest
    @EnumSource
    void whateverRunsOutOfStackFailsAlone(Call call) throws Exception {
        createAgent("first");
        Set<String> acknowledged = new HashSet<>();
        int overflows = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int number = round;
            overflows += overflowsOf(
                    depth -> {
                        String name = number + "/" + depth;
                        call.run(db, name);
                        acknowledged.add(name);
                    },
                    round);
        }
        assertThat(overflows).isPositive();
        if (call.stores()) {
            assertThat(names().containsAll(acknowledged)).isTrue();
        }
        requireAllIsThere();
    }

    /** The function may even continue. */
    @Test
    void aTransactionWhoseCallsRanOutOfStackIsAllThereOrNotAtAll() throws Exception {
        allThereOrNotAtAll((tx, name) -> tx.agents().create(agent(name).build()));
    }

    @Test
    void aTransactionWhosePartsRanOutOfStackIsAllThereOrNotAtAll() throws Exception {
        allThereOrNotAtAll(
                (tx, name) -> tx.useTx(part -> part.agents().create(agent(name).build())));
    }

    private interface Step {
        void run(Tx tx, String name);
    }

    private void allThereOrNotAtAll(Step step) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            int number = round;
            Set<String> acknowledged = new HashSet<>();
            List<Throwable> thrown = new ArrayList<>();
            Consumer<Tx> function = tx -> {
                Descent descent = new Descent(
                        depth -> {
                            String name = number + "/" + depth;
                            step.run(tx, name);
                            acknowledged.add(name);
                        },
                        number * 4);
                descent.run();
            };
            Thread thread = new Thread(
                    null,
                    () -> {
                        try {
                            db.useTx(function::accept);
                        } catch (Throwable t) {
                            thrown.add(t);
                        }
                    },
                    "deep",
                    STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            thread.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(thread.isAlive()).isFalse();
            Set<String> stored = names();
            stored.removeIf(name -> !name.startsWith(number + "/"));
            if (thrown.isEmpty()) {
                assertThat(stored.equals(acknowledged)).isTrue();
            } else {
                assertThat(stored).isEmpty();
            }
        }
        requireAllIsThere();
    }

    private Set<String> names() {
        return new HashSet<>(db.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME));
    }

    private boolean isOnServer() {
        return db.workspace() != null && db.file() == null;
    }

    private void requireAllIsThere() throws Exception {
        Agent written = Workers.start(() -> createAgent("afterwards")).get();
        assertThat(Workers.start(() -> db.agents().get(written.id())).get()).isEqualTo(written);
        db.useTx(tx -> tx.agents().create(agent("in a transaction").build()));
        int places = isOnServer() ? db.options().poolSize() : db.options().readers();
        List<Cursor<? extends Record>> cursors = new ArrayList<>();
        try {
            for (int i = 0; i < places; i++) {
                cursors.add(db.dsl().selectFrom(AGENTS).fetchLazy());
            }
        } finally {
            cursors.forEach(Cursor::close);
        }
        if (isOnServer()) {
            requireAllTransactionsAtOnce(places);
        }
        Workers.Worker<Boolean> closing = Workers.start(() -> {
            db.close();
            return true;
        });
        assertThat(closing.result().get(15, TimeUnit.SECONDS)).isTrue();
        db = reopened();
    }

    private Database reopened() {
        return engine().beside(db).map(builder -> builder.clock(clock).open()).orElseGet(() -> db);
    }

    private void requireAllTransactionsAtOnce(int places) throws Exception {
        CountDownLatch all = new CountDownLatch(places);
        List<Workers.Worker<Boolean>> workers = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            workers.add(Workers.start(() -> {
                try {
                    return db.<Boolean, Exception>withTx(tx -> {
                        all.countDown();
                        Workers.await(all);
                        return true;
                    });
                } finally {
                    // One that got no connection must not keep the others waiting: its exception is the one to see.
                    while (all.getCount() > 0) {
                        all.countDown();
                    }
                }
            }));
        }
        for (Workers.Worker<Boolean> worker : workers) {
            assertThat(worker.get()).isTrue();
        }
    }

    /** Also calls that fail before they have done anything, which most of them do. */
    @Test
    void oneThatFailsLeavesTheNextAlone() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            overflowsOf(depth -> db.agents().list(1, 0), round);
            try {
                assertThat(db.agents().list(1, 0)).isEmpty();
            } catch (StorageException e) {
                throw new AssertionError("in round " + round, e);
            }
        }
    }
}
