package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Replaces secrets in texts by {@code [redacted]}, and counts them. Not thread-safe. */
public final class Redactor {

    /** What takes the place of a secret. */
    public static final String REPLACEMENT = "[redacted]";

    /** Tokens of a model's vocabulary, and of pages of results. */
    private static final String NO_SECRET =
            "(?<!(?:bos|eos|pad|unk|sep|cls|mask|page|next|previous|continuation)[_ -]?)";

    /** The end of a secret's name: a word of its own, as in {@code OPENAI_API_KEY}, {@code X-Api-Key} and {@code accessToken}. */
    private static final String CALLED = "(?:(?<![A-Za-z0-9])|(?-i:(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])))"
            + "(?:(?:api|access|secret|private|signing|encryption)[_ -]?key|secret|" + NO_SECRET
            + "token|password|passwd|passphrase|credentials?)";

    /** Shorter text is no secret. */
    private static final int SHORTEST = 16;

    private static final Pattern KEY = Pattern.compile("(?is).*" + CALLED);

    private static final List<String> KNOWN = List.of(
            // Keys and tokens of providers, by their prefixes.
            "\\bsk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{16,}",
            "\\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,}",
            "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b",
            "\\bgh[pousr]_[A-Za-z0-9]{30,}|\\bgithub_pat_[A-Za-z0-9_]{22,}|\\bglpat-[A-Za-z0-9_-]{20,}",
            "\\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
            "\\bAIza[0-9A-Za-z_-]{35}",
            "\\bhf_[A-Za-z0-9]{30,}|\\bnpm_[A-Za-z0-9]{36}|\\bpypi-[A-Za-z0-9_-]{40,}|\\bgsk_[A-Za-z0-9]{40,}",
            "\\beyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]*",
            "(?<=\\b[Bb]earer )[A-Za-z0-9._~+/-]{16,}=*",
            "-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?-----END [A-Z ]*PRIVATE KEY-----",
            // A value that is called a secret, and not the call of a method.
            // The character before, and the length, are looked at first: that is a hundred times as fast.
            "(?i)(?<=[:=\\s\"'])(?=[A-Za-z0-9._~+/-]{16})(?<=" + CALLED
                    + "\\\\{0,3}[\"']?\\s{0,3}[:=]\\s{0,3}\\\\{0,3}[\"']?)[A-Za-z0-9._~+/-]{16,}+=*+(?!\\()",
            // Who logs in by a URL.
            "(?<=://)[^\\s/:@\"']{0,64}:[^\\s/@\"']{1,128}(?=@)",
            // Mail addresses.
            "\\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){0,8}\\.[A-Za-z]{2,24}\\b");

    private final List<Pattern> patterns = new ArrayList<>();
    private long count;

    /**
     * A redactor with the well-known patterns.
     *
     * @param more patterns of the user's own
     */
    public Redactor(List<Pattern> more) {
        KNOWN.forEach(pattern -> patterns.add(Pattern.compile(pattern)));
        patterns.addAll(more);
    }

    /** How many secrets were replaced. */
    public long count() {
        return count;
    }

    String text(String text) {
        String clean = text;
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(clean);
            if (matcher.find()) {
                clean = matcher.replaceAll(found -> {
                    count += found.group().isEmpty() ? 0 : 1;
                    return found.group().isEmpty() ? "" : Matcher.quoteReplacement(REPLACEMENT);
                });
            }
        }
        return clean;
    }

    @Nullable
    String optional(@Nullable String text) {
        return text == null ? null : text(text);
    }

    JsonNode tree(JsonNode node) {
        return tree(node, text -> false);
    }

    /**
     * Replaces the secrets in names and values.
     *
     * @param left which values stay as they are
     */
    JsonNode tree(JsonNode node, Predicate<String> left) {
        if (node.isTextual()) {
            return left.test(node.textValue()) ? node : TextNode.valueOf(text(node.textValue()));
        }
        if (node instanceof ObjectNode object) {
            return object(object, left);
        }
        if (node.isArray()) {
            ArrayNode copy = ((ArrayNode) node).arrayNode();
            node.forEach(child -> copy.add(tree(child, left)));
            return copy;
        }
        return node;
    }

    ObjectNode object(ObjectNode object) {
        return object(object, text -> false);
    }

    private ObjectNode object(ObjectNode object, Predicate<String> left) {
        ObjectNode copy = object.objectNode();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String key = free(text(member.getKey()), copy);
            JsonNode value = member.getValue();
            copy.set(key, isSecret(member.getKey(), value, left) ? secret() : tree(value, left));
        }
        return copy;
    }

    /** The key, with a number behind it if another key has become the same. */
    private static String free(String key, ObjectNode taken) {
        String free = key;
        for (int number = 1; taken.has(free); number++) {
            free = key + " (" + number + ")";
        }
        return free;
    }

    private static boolean isSecret(String name, JsonNode value, Predicate<String> left) {
        return value.isTextual()
                && value.textValue().length() >= SHORTEST
                && KEY.matcher(name).matches()
                && !left.test(value.textValue());
    }

    private JsonNode secret() {
        count++;
        return TextNode.valueOf(REPLACEMENT);
    }
}
