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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jooq.Condition;

/** The runs that are stored beside the first one of a name, as {@code name#hash}. There may be one for each file of results. */
final class Variants {

    /** Each candidate costs several statements. One that is not looked at is stored again, which loses nothing. */
    private static final int MOST = 4;

    private static final int MOST_NAMES = 16;

    /** How many ids a statement takes. */
    private static final int MOST_IDS = 500;

    private static final Pattern HASH = Pattern.compile("#[0-9a-f]{8}");

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
     * @param messages how many messages it has had
     */
    private record Variant(String name, TaskId run, long messages) {}

    /** The few that may be the run, the best first. Of many variants, a statement looks up a row each, and reads no more. */
    List<String> candidates(String name) {
        if (facts.messages() == 0) {
            return List.of();
        }
        List<Variant> all = list(name);
        if (all.isEmpty()) {
            return List.of();
        }
        List<Variant> found = new ArrayList<>(withMessage(all, this::shared));
        found.sort(Comparator.comparing(this::shared).reversed());
        if (found.isEmpty()) {
            found.addAll(toldHere(name, all));
        }
        List<String> names = found.isEmpty()
                ? withNames(name)
                : found.stream().map(Variant::name).toList();
        return names.subList(0, Math.min(names.size(), MOST));
    }

    /** How many messages both have, if one begins the other. */
    private int shared(Variant variant) {
        return (int) Math.min(variant.messages(), facts.messages());
    }

    /** The variants that have the run's message of that number, in their order. The number 0 stands for none. */
    private List<Variant> withMessage(List<Variant> variants, ToIntFunction<Variant> number) {
        Map<MessageId, Variant> wanted = new LinkedHashMap<>();
        for (Variant variant : variants) {
            int of = number.applyAsInt(variant);
            if (of > 0) {
                wanted.put(RunWriter.id(variant.run(), facts, of), variant);
            }
        }
        List<MessageId> ids = List.copyOf(wanted.keySet());
        Set<MessageId> stored = new HashSet<>();
        for (int start = 0; start < ids.size(); start += MOST_IDS) {
            List<MessageId> some = ids.subList(start, Math.min(ids.size(), start + MOST_IDS));
            stored.addAll(tx.dsl()
                    .select(MESSAGES.ID)
                    .from(MESSAGES)
                    .where(MESSAGES.ID.in(some))
                    .fetch(MESSAGES.ID));
        }
        wanted.keySet().retainAll(stored);
        return List.copyOf(wanted.values());
    }

    /** The variants that the same file told, and that begin with the same message. */
    private List<Variant> toldHere(String name, List<Variant> all) {
        String here = provenance.place();
        if (here == null) {
            return List.of();
        }
        Set<String> names = tx.dsl()
                .select(CONVERSATIONS.EXTERNAL_ID)
                .from(CONVERSATIONS)
                .join(SOURCES)
                .on(CONVERSATIONS.SOURCE_ID.eq(SOURCES.ID))
                .where(isVariantOf(name))
                .and(SOURCES.NAME.eq(here))
                .fetchSet(CONVERSATIONS.EXTERNAL_ID);
        List<Variant> ours =
                all.stream().filter(variant -> names.contains(variant.name())).toList();
        return withMessage(ours, variant -> 1);
    }

    private List<Variant> list(String name) {
        return tx
                .dsl()
                .select(CONVERSATIONS.EXTERNAL_ID, CONVERSATIONS.ID, CONVERSATIONS.LAST_SEQUENCE_NUMBER)
                .from(CONVERSATIONS)
                .where(isVariantOf(name))
                .orderBy(CONVERSATIONS.CREATED_AT, CONVERSATIONS.ID)
                .fetch(row -> new Variant(row.value1(), new TaskId(row.value2().value()), row.value3()))
                .stream()
                .filter(variant ->
                        HASH.matcher(variant.name().substring(name.length())).matches())
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
