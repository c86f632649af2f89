package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.SOURCES;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.TaskId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The runs that are stored beside the first one of a name, as {@code name#hash}. There may be one for each file of results. */
final class Variants {

    /** Each candidate costs several statements. One that is not looked at is stored again, which loses nothing. */
    private static final int MOST = 4;

    private static final int MOST_NAMES = 16;

    private final Tx tx;
    private final Provenance provenance;
    private final Facts facts;

    Variants(Tx tx, Provenance provenance, Facts facts) {
        this.tx = tx;
        this.provenance = provenance;
        this.facts = facts;
    }

    /**
     * A variant.
     *
     * @param last the last one of its messages that may be the run's too
     * @param source the name of the file that told it first
     */
    private record Variant(
            String name,
            TaskId run,
            int messages,
            @Nullable MessageId first,
            @Nullable MessageId last,
            @Nullable String source) {}

    /** The few that may be the run, the best first, in as many statements for many variants as for few. */
    List<String> candidates(String name) {
        if (facts.messages() == 0) {
            return List.of();
        }
        List<Variant> all = list(name);
        List<Variant> found = new ArrayList<>(all.stream()
                .filter(variant -> isAt(variant, variant.last(), variant.messages()))
                .sorted(Comparator.comparing(Variant::messages).reversed())
                .toList());
        if (found.isEmpty()) {
            all.stream()
                    .filter(variant -> provenance.isHere(variant.source()) && isAt(variant, variant.first(), 1))
                    .forEach(found::add);
        }
        List<String> names = found.isEmpty() && !all.isEmpty()
                ? withNames(name)
                : found.stream().map(Variant::name).toList();
        return names.subList(0, Math.min(names.size(), MOST));
    }

    private boolean isAt(Variant variant, @Nullable MessageId id, int number) {
        return id != null && id.equals(RunWriter.id(variant.run(), facts, number));
    }

    private List<Variant> list(String name) {
        var first = MESSAGES.as("first");
        var last = MESSAGES.as("last");
        return tx
                .dsl()
                .select(
                        CONVERSATIONS.EXTERNAL_ID,
                        CONVERSATIONS.ID,
                        CONVERSATIONS.LAST_SEQUENCE_NUMBER,
                        first.ID,
                        last.ID,
                        SOURCES.NAME)
                .from(CONVERSATIONS)
                .leftJoin(first)
                .on(first.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                .and(first.SEQUENCE_NUMBER.eq(1L))
                .leftJoin(last)
                .on(last.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                .and(last.SEQUENCE_NUMBER.eq(
                        DSL.least(CONVERSATIONS.LAST_SEQUENCE_NUMBER, DSL.val((long) facts.messages()))))
                .leftJoin(SOURCES)
                .on(CONVERSATIONS.SOURCE_ID.eq(SOURCES.ID))
                .where(isVariantOf(name))
                .orderBy(CONVERSATIONS.CREATED_AT, CONVERSATIONS.ID)
                .fetch(row -> new Variant(
                        row.value1(),
                        new TaskId(row.value2().value()),
                        (int) Math.min(row.value3(), facts.messages()),
                        row.value4(),
                        row.value5(),
                        row.value6()))
                .stream()
                .filter(variant -> variant.name().substring(name.length()).matches("#[0-9a-f]{8}"))
                .toList();
    }

    /** Those that have one of the run's first messages, by their ids. */
    private List<String> withNames(String name) {
        List<String> ids = facts.ownNames().limit(MOST_NAMES).toList();
        return ids.isEmpty()
                ? List.of()
                : tx.dsl()
                        .selectDistinct(CONVERSATIONS.EXTERNAL_ID)
                        .from(CONVERSATIONS)
                        .join(MESSAGE_ORIGINS)
                        .on(MESSAGE_ORIGINS.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                        .where(isVariantOf(name))
                        .and(MESSAGE_ORIGINS.EXTERNAL_ID.in(ids))
                        .orderBy(CONVERSATIONS.EXTERNAL_ID)
                        .limit(MOST)
                        .fetch(CONVERSATIONS.EXTERNAL_ID);
    }

    private Condition isVariantOf(String name) {
        // The character after # is $.
        return CONVERSATIONS
                .SOURCE_FORMAT
                .eq(provenance.form())
                .and(CONVERSATIONS.EXTERNAL_ID.ge(name + "#"))
                .and(CONVERSATIONS.EXTERNAL_ID.lt(name + "$"));
    }
}
