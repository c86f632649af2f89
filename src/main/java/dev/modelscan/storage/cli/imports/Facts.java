package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Scored;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What has to be known of a run before it is stored: who acted in it, when, what is odd about it, and its hash. */
final class Facts {

    private final RunStarted started;
    private final Events warnings;
    private final Pairing<String> pairing = new Pairing<>();
    private final Set<String> authors = new LinkedHashSet<>();
    private final Set<String> agents = new LinkedHashSet<>();
    private final Set<String> names = new HashSet<>();
    /** What messages follow that are not in the file. */
    private final Set<String> parentsElsewhere = new HashSet<>();

    private final List<@Nullable String> namesInOrder = new ArrayList<>();
    private final List<Warned> odd = new ArrayList<>();
    private final List<Orphan> orphans = new ArrayList<>();
    private final Map<Integer, String> early = new HashMap<>();
    private @Nullable RunEnded ended;
    private @Nullable ToolUsed lastTool;
    private int toolsUsed;
    private @Nullable Instant firstTime;
    private @Nullable Instant lastTime;
    private long[] digests = new long[16];
    private int messages;
    private int answers;
    private int timed;
    private boolean extras;

    /**
     * An answer whose call may come later.
     *
     * @param number the number of the answer in the run
     * @param answer its id and tool alone
     * @param odd the warning if no call comes, without its text
     * @param author who its message is from if no call comes; null if something else says that
     */
    private record Orphan(
            int number,
            Part.Answer answer,
            Warned odd,
            @Nullable String author) {}

    /** Facts of a run that has just started. The warnings about it go to the given events. */
    Facts(RunStarted started, Events warnings) {
        this.started = started;
        this.warnings = warnings;
        if (started.startedAt() != null) {
            seen(started.startedAt());
        }
    }

    void accept(Event event) {
        extras |= event instanceof ModelCalled || event instanceof Scored || event instanceof ToolUsed;
        if (event instanceof MessageRead message) {
            message(message);
        } else if (event instanceof ToolUsed used) {
            lastTool = used;
            toolsUsed++;
            authors.add(toolUser(used));
        } else if (event instanceof RunEnded end) {
            ended = end;
            if (end.completedAt() != null) {
                seen(end.completedAt());
            }
        } else if (event instanceof Warned warned) {
            warn(warned);
        }
    }

    private void message(MessageRead message) {
        if (messages == digests.length) {
            digests = Arrays.copyOf(digests, messages * 2);
        }
        digests[messages] = Digests.after(messages == 0 ? 0 : digests[messages - 1], hashed(message));
        messages++;
        String name = message.externalId() == null ? null : Names.of(message.externalId());
        if (message.parentId() != null && !names.contains(Names.of(message.parentId()))) {
            parentsElsewhere.add(Names.of(message.parentId()));
        }
        namesInOrder.add(name == null || !names.add(name) ? null : name);
        if (message.createdAt() != null) {
            timed++;
            seen(message.createdAt());
        }
        boolean known = Names.hasAuthor(message);
        if (known) {
            // A service that runs a tool itself answers in the message of the call.
            open(message, Names.author(message, started.agent()));
        }
        String author = author(message, known);
        if (message.role() == Role.ASSISTANT) {
            agents.add(author);
        }
        if (!known) {
            open(message, author);
        }
        if (Values.needEscapes(message)) {
            warn(warning(message, "holds NUL or half of a surrogate pair; kept as \\u escapes"));
        }
    }

    private void open(MessageRead message, String author) {
        for (Part part : message.parts()) {
            if (part instanceof Part.Call call) {
                pairing.open(call, author);
            }
        }
    }

    /** A tool's answer is the doing of the agent that called it, which may be told later. */
    private String author(MessageRead message, boolean known) {
        String caller = null;
        int firstOrphan = orphans.size();
        for (Part part : message.parts()) {
            if (part instanceof Part.Answer answer) {
                answers++;
                String found = pairing.answer(answer);
                caller = caller == null ? found : caller;
                if (found == null) {
                    orphans.add(new Orphan(answers, named(answer), warning(message, ""), null));
                }
            }
        }
        String author = known ? Names.author(message, started.agent()) : caller;
        if (author == null) {
            author = toolAgent(started, agents);
            if (orphans.size() > firstOrphan) {
                Orphan first = orphans.get(firstOrphan);
                orphans.set(firstOrphan, new Orphan(first.number(), first.answer(), first.odd(), author));
                return author;
            }
        }
        authors.add(author);
        return author;
    }

    /** The run has ended: answers without a call up to now belong to one that came later, or to none. */
    void finish() {
        for (Orphan orphan : orphans) {
            boolean second = pairing.isAnswered(orphan.answer().callId());
            String caller = second ? null : pairing.answerEarlier(orphan.answer());
            if (caller != null) {
                early.put(orphan.number(), caller);
            } else {
                warnOfOrphan(orphan, second);
            }
            if (orphan.author() != null) {
                authors.add(caller == null ? orphan.author() : caller);
            }
        }
        orphans.clear();
    }

    /** Of the answer with that number, which came before its call, the agent that called the tool; null for another answer. */
    @Nullable
    String callerOfEarly(int answer) {
        return early.get(answer);
    }

    private static Part.Answer named(Part.Answer answer) {
        return new Part.Answer(answer.callId(), answer.tool(), null, Outcome.UNKNOWN, null);
    }

    private void warnOfOrphan(Orphan orphan, boolean second) {
        String id = orphan.answer().callId();
        String call = id == null ? "" : " with the id " + Escapes.of(id);
        Warned odd = orphan.odd();
        warn(new Warned(
                odd.run(),
                odd.place(),
                odd.field(),
                second
                        ? "is a second answer to the call" + call + "; kept as a message"
                        : "answers no open call" + call + "; kept as a message"));
    }

    /** Who a tool's answer is from if its call does not tell: the run's agent. */
    static String toolAgent(RunStarted started, Set<String> agents) {
        if (!agents.isEmpty()) {
            return List.copyOf(agents).get(agents.size() - 1);
        }
        return started.agent() == null || started.agent().isBlank() ? "assistant" : Names.of(started.agent());
    }

    /** Who used a tool of which no message tells. */
    String toolUser(ToolUsed used) {
        return used.agent() == null || used.agent().isBlank() ? toolAgent(started, agents) : Names.of(used.agent());
    }

    /** Without the place: a session that moved inside its file is the same. */
    private static List<Object> hashed(MessageRead message) {
        return Arrays.asList(
                message.role(),
                message.author(),
                message.createdAt(),
                message.externalId(),
                message.parts(),
                message.rest());
    }

    private Warned warning(MessageRead message, String text) {
        String field = "message " + messages + " (" + message.role().name().toLowerCase(Locale.ROOT) + ")";
        return new Warned(message.run(), message.place(), field, text);
    }

    private void warn(Warned warned) {
        odd.add(warned);
        warnings.accept(warned);
    }

    /** Something odd that was told before the run began. */
    void remember(Warned warned) {
        odd.add(warned);
    }

    private void seen(Instant time) {
        firstTime = firstTime == null || time.isBefore(firstTime) ? time : firstTime;
        lastTime = lastTime == null || time.isAfter(lastTime) ? time : lastTime;
    }

    RunStarted started() {
        return started;
    }

    @Nullable
    RunEnded ended() {
        return ended;
    }

    /** The id that the file gives the run. */
    @Nullable
    String externalId() {
        RunEnded end = ended;
        String id = end == null || end.externalId() == null ? started.externalId() : end.externalId();
        return Names.optional(id);
    }

    int messages() {
        return messages;
    }

    /** The hash of the first messages, at least one. */
    long digest(int count) {
        return digests[count - 1];
    }

    /** The hash of all that the run holds. */
    long digest() {
        RunEnded end = ended;
        ObjectNode rest = end == null ? null : end.rest();
        return Digests.after(
                messages == 0 ? 0 : digest(messages),
                Arrays.asList(started.name(), started.agent(), started.startedAt(), started.metadata(), rest));
    }

    /** The last use of a tool of which no message tells, and how many there are. */
    @Nullable
    ToolUsed lastTool() {
        return lastTool;
    }

    int toolsUsed() {
        return toolsUsed;
    }

    /** Whether the run has model calls, scores, or tools of which no message tells. */
    boolean hasExtras() {
        return extras;
    }

    /** Whether the file shows one of several branches. */
    boolean isTree() {
        return ended != null && ended.head() != null;
    }

    /** The id that the file gives a message, from 1 on; null if it gives none, or that of a message before it. */
    @Nullable
    String name(int number) {
        return namesInOrder.get(number - 1);
    }

    /** The ids that messages have, or follow, other than mere numbers, which any run may have. */
    Stream<String> ownNames() {
        return Stream.of(parentsElsewhere, names).flatMap(Set::stream).filter(name -> !Names.isNumber(name));
    }

    /** Whether all messages that have ids have one of these. */
    boolean isWithin(Set<String> stored) {
        return stored.containsAll(names);
    }

    /** The names of all who wrote a message. */
    Set<String> authors() {
        return authors;
    }

    /** The names of those who are agents, and no roles of somebody else. */
    Set<String> agents() {
        return agents;
    }

    @Nullable
    Instant firstTime() {
        return firstTime;
    }

    @Nullable
    Instant lastTime() {
        return lastTime;
    }

    /** How many messages have a time of their own. */
    int timed() {
        return timed;
    }

    /** What is odd about the run. */
    List<Warned> odd() {
        return odd;
    }
}
