package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.erasure.ErasureProgress.Phase;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.testkit.StatementLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An erasure while others write, and others who read the log while it runs. */
@Timeout(60)
abstract class ErasureBesideOthersContract extends ErasureSuite {

    private int pending() {
        return db.dsl().fetchCount(DSL.table("audit_pending"));
    }

    /**
     * Erases, and does something on another connection between the search and the first change.
     *
     * @return whether that was done
     */
    private boolean eraseWhile(ErasureRequest request, Runnable work) {
        AtomicReference<CompletableFuture<Void>> others = new AtomicReference<>();
        db.erasure().erase(request.withoutScrub(), progress -> {
            if (progress.phase() == Phase.ERASE && progress.done() == 1) {
                others.set(OwnThread.run(work));
                // Whoever has to wait for the end of the erasure is left waiting.
                try {
                    others.get().get(500, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    return;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        });
        try {
            others.get().get(30, TimeUnit.SECONDS);
            return true;
        } catch (Exception e) {
            assertThat(e).hasCauseInstanceOf(StorageException.class);
            return false;
        }
    }

    @Test
    void whatIsAddedToAnErasedMessageMeanwhileIsRefused() {
        createAnn();
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());

        boolean added = eraseWhile(ErasureRequest.agent(ann.id()), () -> db.toolExecutions()
                .create(execution(bob)
                        .messageId(hers.id())
                        .input(Json.of(NEEDLE))
                        .build()));

        assertThat(added).isFalse();
        assertGone();
    }

    @Test
    void whatIsSaidInHerConversationMeanwhileIsNotLost() {
        createAnn();
        ConversationId alone = new ConversationId("hers alone");
        db.messages().create(message(ann).conversationId(alone).content(NEEDLE).build());

        boolean added = eraseWhile(ErasureRequest.agent(ann.id()), () -> db.messages()
                .create(message(bob).conversationId(alone).content("kept").build()));

        assertGone();
        assertThat(db.messages().list(10, 0)).hasSize(added ? 1 : 0);
    }

    @Test
    void aTaskThatIsUsedMeanwhileStays() {
        Task task = db.tasks().create(task().type(NEEDLE).agentId(bob.id()).build());
        db.messages().create(message(bob).content(NEEDLE).taskId(task.id()).build());

        boolean added = eraseWhile(ErasureRequest.conversation(CONVERSATION), () -> db.messages()
                .create(message(bob)
                        .conversationId(OTHERS)
                        .content("kept")
                        .taskId(task.id())
                        .build()));

        assertThat(added).isFalse();
        assertGone();
    }

    /** Whoever adds a message locks its conversation first, and then refers to rows that the erasure holds. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErasureAndANewMessageDoNotWaitForEachOther(boolean refersToAgent) {
        createAnn();
        Message first = db.messages().create(message(bob).content("kept").build());
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());
        db.messages().create(message(bob).content("kept too").build());
        db.conversations().fork(CONVERSATION, first.id());
        db.messages().create(message(bob).content("on another branch").build());
        Message added = refersToAgent
                ? message(bob).receiverId(ann.id()).content("new").build()
                : message(bob).parentId(hers.id()).content("new").build();

        try (StatementLog log = new StatementLog()) {
            boolean isAdded = eraseWhile(
                    ErasureRequest.agent(ann.id()), () -> db.messages().create(added));

            assertThat(isAdded).isFalse();
            // Whoever ends a deadlock begins again.
            assertThat(log.statements())
                    .filteredOn(sql -> sql.matches("insert into \\S*messages .*"))
                    .hasSizeLessThan(2);
            assertThat(log.statements())
                    .filteredOn(sql -> sql.matches("DELETE FROM \\S*agents\\W.*"))
                    .hasSize(1);
        }
        assertGone();
    }

    /** The deletion has begun before, and is not committed. No log tells of its rows. */
    @Test
    void whatIsBeingDeletedMeanwhileGoesFromTheArchive() throws Exception {
        db.audit().disable();
        createAnn();
        db.messages().create(message(ann).content(NEEDLE).build());
        AtomicReference<CompletableFuture<Void>> erasure = new AtomicReference<>();

        keeping.useTx(tx -> {
            tx.conversations().delete(CONVERSATION);
            erasure.set(OwnThread.run(
                    () -> db.erasure().erase(ErasureRequest.agent(ann.id()).withoutScrub())));
            assertThatThrownBy(() -> erasure.get().get(500, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
        });
        erasure.get().get(30, TimeUnit.SECONDS);

        assertGone();
    }

    @Test
    void whatWaitsIsPutIntoTheChainEvenIfNothingIsErased() {
        createAnn();
        Message hers = db.messages().create(message(ann).build());
        String type = engine().name().startsWith("SQLite") ? "text" : "text COLLATE \"C\"";
        change("CREATE TABLE votes (message_id " + type + " NOT NULL REFERENCES messages (id))");
        change("INSERT INTO votes VALUES ('" + hers.id() + "')");
        assertThat(pending()).isPositive();

        assertThatThrownBy(() -> db.erasure().erase(ErasureRequest.agent(ann.id())))
                .isInstanceOf(ReferenceException.class);

        assertThat(pending()).isZero();
        createAgent("another");
        assertThatThrownBy(() -> db.audit().enable(List.of("nothing.at_all")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(pending()).isZero();
    }

    /** It has read the first entries before they are erased, and the receipt is behind them. */
    @Test
    void aVerificationThatAnErasureOvertakesFindsNothing() {
        createAnn();
        db.useTx(tx -> {
            for (int i = 0; i < 1_100; i++) {
                tx.tasks().create(task().agentId(ann.id()).build());
            }
        });
        AtomicReference<Boolean> erased = new AtomicReference<>(false);

        assertThat(db.audit()
                        .verify(db.audit().head(), compared -> {
                            if (!erased.getAndSet(true)) {
                                db.erasure()
                                        .erase(ErasureRequest.agent(ann.id()).withoutScrub());
                            }
                        })
                        .fault())
                .isEmpty();
        assertThat(erased).hasValue(true);
        change("UPDATE audit_entries SET action = 'insert' WHERE action = 'erase'");
        assertThat(db.audit().verify().fault()).isPresent();
    }

    @Test
    void whatIsRestoredMeanwhileIsErasedOrNotRestored() {
        createAnn();
        db.messages().create(message(bob).content(NEEDLE).build());
        keeping.conversations().delete(CONVERSATION);
        DeletedRecordId kept = keeping.deletedRecords()
                .findNewest("conversation", CONVERSATION.value())
                .orElseThrow()
                .id();

        boolean restored = eraseWhile(ErasureRequest.conversation(CONVERSATION), () -> keeping.deletedRecords()
                .restore(kept));

        assertThat(restored).isFalse();
        assertThat(db.conversations().find(CONVERSATION)).isEmpty();
        assertThat(db.messages().list(10, 0)).isEmpty();
    }

    private long pagesOfWhatWaits() {
        try (StatementLog log = new StatementLog()) {
            db.erasure().preview(ErasureRequest.agent(ann.id()));
            return log.statements().stream()
                    .filter(sql -> sql.contains("audit_pending") && sql.contains("record_key"))
                    .count();
        }
    }

    @Test
    void longEntriesThatWaitAreReadInShortPages() {
        createAnn();
        db.tasks().create(task().build());
        long pages = pagesOfWhatWaits();
        assertThat(pages).isPositive();
        for (int i = 0; i < 3; i++) {
            db.tasks().create(task().input(Json.of("x".repeat(3_500_000))).build());
        }

        assertThat(pagesOfWhatWaits()).isGreaterThan(pages);
    }
}
