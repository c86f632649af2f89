package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.BranchDeletion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Deleted conversations with branches: what follows an erased message there follows the one before it, as {@link BranchDeletion}
 * does it in conversations that are not deleted.
 */
final class ErasureOfBranches {

    private final Session session;
    private final ErasureSearch search;

    /** By deleted record. */
    private final Map<String, Tree> trees = new HashMap<>();

    ErasureOfBranches(Session session, ErasureSearch search) {
        this.session = session;
        this.search = search;
    }

    private static final class Node {

        private final String id;
        private final long number;
        private final boolean erased;
        private @Nullable String parent;

        Node(String id, long number, boolean erased, @Nullable String parent) {
            this.id = id;
            this.number = number;
            this.erased = erased;
            this.parent = parent;
        }
    }

    private static final class Tree {

        private @Nullable String head;
        private final Map<String, Node> nodes = new HashMap<>();
        private final TreeMap<Long, Node> byNumber = new TreeMap<>();
        private final Map<String, List<Node>> children = new HashMap<>();

        Tree(String head) {
            this.head = head;
        }

        void add(Node node) {
            nodes.put(node.id, node);
            byNumber.put(node.number, node);
            childrenOf(node.parent).add(node);
        }

        private List<Node> childrenOf(@Nullable String parent) {
            return parent == null ? new ArrayList<>() : children.computeIfAbsent(parent, id -> new ArrayList<>());
        }

        /** Whether one of its messages is erased; if so, they are taken out. */
        boolean loses() {
            List<Node> gone =
                    byNumber.values().stream().filter(node -> node.erased).toList();
            gone.forEach(this::remove);
            return !gone.isEmpty();
        }

        private void remove(Node gone) {
            byNumber.remove(gone.number);
            String before = before(gone);
            List<Node> followers = new ArrayList<>(childrenOf(gone.id));
            Map.Entry<Long, Node> next = byNumber.higherEntry(gone.number);
            if (gone.parent != null && next != null && next.getValue().parent == null) {
                followers.add(next.getValue());
            }
            for (Node follower : followers) {
                // Without a message before it, each begins a path of its own.
                follower.parent = before == null ? follower.id : before;
                childrenOf(follower.parent).add(follower);
            }
            if (gone.id.equals(head)) {
                head = before != null || byNumber.isEmpty()
                        ? before
                        : byNumber.lastEntry().getValue().id;
            }
        }

        private @Nullable String before(Node node) {
            if (node.parent != null) {
                return node.parent.equals(node.id) ? null : node.parent;
            }
            Map.Entry<Long, Node> previous = byNumber.lowerEntry(node.number);
            return previous == null ? null : previous.getValue().id;
        }
    }

    /** Finds what follows what. */
    void find() throws SQLException {
        ErasureDocuments.forEachKept(session, CONVERSATIONS.getName(), kept -> {
            JsonNode head = kept.document().path(CONVERSATIONS.HEAD_ID.getName());
            if (kept.emptied() == null && head.isTextual()) {
                trees.put(kept.record(), new Tree(head.asText()));
            }
        });
        if (trees.isEmpty()) {
            return;
        }
        ErasureDocuments.forEachKept(session, MESSAGES.getName(), kept -> {
            Tree tree = trees.get(kept.record());
            if (tree != null && kept.emptied() == null) {
                JsonNode document = kept.document();
                JsonNode parent = document.path(MESSAGES.PARENT_ID.getName());
                String id = document.path(MESSAGES.ID.getName()).asText();
                tree.add(new Node(
                        id,
                        document.path(MESSAGES.SEQUENCE_NUMBER.getName()).asLong(),
                        search.keys().has(MESSAGES.getName(), id, kept),
                        parent.isTextual() ? parent.asText() : null));
            }
        });
        trees.values().removeIf(tree -> !tree.loses());
    }

    /** Gives a document of a record that stays what it follows now. */
    void join(String table, String record, String key, ObjectNode document) {
        Tree tree = trees.get(record);
        if (tree == null) {
            return;
        }
        if (table.equals(CONVERSATIONS.getName())) {
            document.put(CONVERSATIONS.HEAD_ID.getName(), tree.head);
        }
        Node node = table.equals(MESSAGES.getName()) ? tree.nodes.get(key) : null;
        if (node != null) {
            document.put(MESSAGES.PARENT_ID.getName(), node.parent);
        }
    }
}
