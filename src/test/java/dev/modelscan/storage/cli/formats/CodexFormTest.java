package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodexFormTest {

    private static final String META =
            "{'timestamp': '2026-01-02T03:04:05Z', 'type': 'session_meta', 'payload': {'id': 'th', 'cwd': '/w',"
                    + " 'timestamp': '2026-01-02T03:04:04Z', 'model_provider': 'openai'}}";

    private static String item(String payload) {
        return "{'timestamp': '2026-01-02T03:04:06Z', 'type': 'response_item', 'payload': " + payload + "}";
    }

    private static String event(String payload) {
        return "{'timestamp': '2026-01-02T03:04:07Z', 'type': 'event_msg', 'payload': " + payload + "}";
    }

    private static String tokens(int input, int output) {
        return event("{'type': 'token_count', 'info': {'total_token_usage': {'input_tokens': " + input
                + ", 'cached_input_tokens': 2, 'output_tokens': " + output + ", 'reasoning_output_tokens': 1}}}");
    }

    private static String turn(String model) {
        return "{'timestamp': '2026-01-02T03:04:05Z', 'type': 'turn_context', 'payload': {'model': '" + model + "'}}";
    }

    @Test
    void itemsAreMessagesAndWhatIsBetweenThemIsKept() {
        Told told = Told.of(
                "rollout.jsonl",
                META,
                turn("m-1"),
                item("{'type': 'message', 'role': 'developer', 'content': [{'type': 'input_text', 'text': 'be"
                        + " short'}]}"),
                event("{'type': 'user_message', 'message': 'list', 'kind': 'plain'}"),
                item("{'type': 'message', 'role': 'user', 'content': [{'type': 'input_text', 'text': 'list'},"
                        + " {'type': 'input_image', 'image_url': 'data:image/png;base64,AA=='}]}"),
                item("{'type': 'reasoning', 'summary': [], 'encrypted_content': 'Z0A='}"),
                item("{'type': 'custom_tool_call', 'call_id': 'c1', 'name': 'apply_patch', 'input': '*** Begin'}"),
                item("{'type': 'custom_tool_call_output', 'call_id': 'c1', 'output':"
                        + " '{\\\"output\\\":\\\"no\\\",\\\"metadata\\\":{\\\"exit_code\\\":1}}'}"),
                item("{'type': 'function_call', 'call_id': 'c2', 'name': 'exec', 'arguments': 'not json'}"),
                item("{'type': 'function_call_output', 'call_id': 'c2', 'output':"
                        + " 'Wall time: 1 s\\nProcess exited with code 0\\nOutput:\\nx'}"),
                item("{'type': 'new_thing', 'x': 1}"),
                "{'timestamp': '2026-01-02T03:04:09Z', 'type': 'compacted', 'payload': {'message': 'sum'}}");

        assertThat(told.form()).isEqualTo("codex");
        assertThat(told.lines())
                .containsExactly(
                        "run th = th by codex",
                        "developer: be short",
                        "user: list, (image image/png)",
                        "assistant: (thought)",
                        "assistant: apply_patch#c1 '*** Begin'",
                        "tool: ->#c1 {'output':'no','metadata':{'exit_code':1}} failed by exit_code",
                        "assistant: exec#c2 'not json'",
                        "tool: ->#c2 'Wall time: 1 s\\nProcess exited with code 0\\nOutput:\\nx' success by exit_code",
                        "other: (other)",
                        "end th");
        assertThat(told.kept()).contains("user_message", "Z0A=", "compacted", "new_thing", "turn_context");
        assertThat(told.all(Event.RunStarted.class).get(0).startedAt())
                .isEqualTo(Instant.parse("2026-01-02T03:04:04Z"));
        assertThat(told.all(Event.RunEnded.class).get(0).completedAt())
                .isEqualTo(Instant.parse("2026-01-02T03:04:09Z"));
    }

    @Test
    void countersAreTotalsSoEachModelGetsTheDifference() {
        Told told = Told.of(
                "rollout.jsonl",
                META,
                turn("m-1"),
                event("{'type': 'token_count', 'info': null}"),
                tokens(10, 4),
                tokens(10, 4),
                turn("m-2"),
                tokens(25, 9),
                tokens(3, 1));

        assertThat(told.all(ModelCalled.class))
                .extracting(call -> call.model() + " " + call.usage().input() + "+"
                        + call.usage().output() + " " + call.externalId())
                .containsExactly("m-1 10+4 th/1", "m-2 15+5 th/2", "m-2 3+1 th/3");
    }

    private static String counted(String time, int total, int last) {
        return "{'timestamp': '2026-01-02T" + time
                + "Z', 'type': 'event_msg', 'payload': {'type': 'token_count', 'info':"
                + " {'total_token_usage': {'input_tokens': " + total + "}, 'last_token_usage': {'input_tokens': " + last
                + "}}}}";
    }

    private static String meta(String id, String time, String more) {
        return "{'timestamp': '2026-01-02T" + time + "Z', 'type': 'session_meta', 'payload': {'id': '" + id
                + "', 'timestamp': '2026-01-02T" + time + "Z'" + more + "}}";
    }

    private static List<String> counts(String... lines) {
        return Told.of("rollout.jsonl", lines).all(ModelCalled.class).stream()
                .map(call -> call.externalId() + " " + call.usage().input())
                .toList();
    }

    @Test
    void theTokensOfAForksParentAreTheParents() {
        String fork = meta("f", "09:00:00.000", ", 'forked_from_id': 'p'");
        List<String> own = List.of("f/1 5", "f/2 7");

        // The copied lines have their own times, or that of the fork.
        assertThat(counts(
                        fork,
                        meta("p", "08:00:00.000", ""),
                        counted("08:00:10.000", 100, 100),
                        counted("08:01:10.000", 300, 200),
                        counted("09:00:09.000", 305, 5),
                        counted("09:00:20.000", 312, 7)))
                .isEqualTo(own);
        assertThat(counts(
                        fork,
                        meta("p", "09:00:00.010", ""),
                        counted("09:00:00.020", 100, 100),
                        counted("09:00:00.030", 300, 200),
                        counted("09:00:09.000", 305, 5),
                        counted("09:00:20.000", 312, 7)))
                .isEqualTo(own);
        // Without copied counts, and with a count that starts anew.
        assertThat(counts(fork, counted("09:00:09.000", 305, 5), counted("09:00:20.000", 312, 7)))
                .isEqualTo(own);
        assertThat(counts(
                        fork,
                        counted("08:00:10.000", 100, 100),
                        counted("09:00:09.000", 5, 5),
                        counted("09:00:20.000", 12, 7)))
                .isEqualTo(own);
    }

    @Test
    void aSubAgentThatStartsWithItsParentsHistoryHasItsOwnTokens() {
        String spawned = ", 'source': {'subagent': {'thread_spawn': {'parent_thread_id': 'p'}}}";
        assertThat(counts(
                        meta("c", "09:00:00.000", spawned),
                        meta("p", "08:00:00.000", ""),
                        counted("08:00:10.000", 100, 100),
                        counted("09:00:09.000", 105, 5)))
                .containsExactly("c/1 5");
        assertThat(counts(meta("c", "09:00:00.000", spawned), counted("09:00:00.500", 5, 5)))
                .containsExactly("c/1 5");
    }

    @Test
    void bareItemsOfEarlierVersionsAreRead() {
        Told told = Told.of(
                "rollout-2025-08-01T10-00-00-0198c000-0000-7000-8000-000000000001.jsonl",
                "{'id': 'old', 'timestamp': '2025-08-01T10:00:00.000Z', 'instructions': null, 'git': {}}",
                "{'record_type': 'state'}",
                "{'type': 'message', 'id': null, 'role': 'user', 'content': [{'type': 'input_text', 'text': 'hi'}]}",
                "{'type': 'local_shell_call', 'call_id': 'c', 'status': 'completed', 'action': {'type': 'exec',"
                        + " 'command': ['ls']}}",
                "{'type': 'function_call_output', 'call_id': 'c', 'output': 'x'}");

        assertThat(told.form()).isEqualTo("codex");
        assertThat(told.lines())
                .containsExactly(
                        "run old = old by codex",
                        "user: hi",
                        "assistant: local_shell#c {'type':'exec','command':['ls']}",
                        "tool: ->#c 'x' unknown",
                        "end old");
    }

    @Test
    void aSingleObjectOfTheFirstVersionIsRead() {
        Told told = Told.of(
                "rollout.json",
                "{'session': {'id': 's', 'timestamp': '2025-05-01T10:00:00Z', 'instructions': ''},",
                " 'items': [{'role': 'user', 'type': 'message', 'content': [{'type': 'input_text', 'text': 'hi'}]}]}");

        assertThat(told.lines()).containsExactly("run s = s by codex", "user: hi", "end s");
    }

    @Test
    void aSubAgentsThreadIsBelowItsParentAndAForkKeepsItsOwnIdentity() {
        Told told = Told.of(
                "rollout.jsonl",
                META.replace("'cwd'", "'source': {'subagent': {'thread_spawn': {'parent_thread_id': 'up'}}}, 'cwd'"),
                META.replace("'th'", "'up'"),
                item("{'type': 'message', 'role': 'user', 'content': 'hi'}"));

        assertThat(told.lines()).containsExactly("run th = th below up by codex", "user: hi", "end th");
        assertThat(told.kept()).contains("\"id\":\"up\"");
    }

    @Test
    void aFileWithoutAHeaderTakesItsIdFromItsName() {
        Told told = Told.of(
                "rollout-2026-01-01T10-00-00-0198c000-0000-7000-8000-000000000001.jsonl",
                item("{'type': 'message', 'role': 'user', 'content': 'hi'}"),
                "{'what': 'ever'}",
                "{'cut");

        assertThat(told.lines())
                .startsWith(
                        "run 0198c000-0000-7000-8000-000000000001 = 0198c000-0000-7000-8000-000000000001" + " by codex",
                        "user: hi",
                        "warned of type");
        assertThat(told.kept()).contains("\"what\":\"ever\"");
    }

    @Test
    void whatTheProgramSaysOfItsStateIsKnown() {
        Told told = Told.of(
                "rollout.jsonl",
                META,
                "{'type': 'world_state', 'payload': {'full': true}}",
                "{'type': 'inter_agent_communication_metadata', 'payload': {}}",
                item("{'type': 'message', 'role': 'user', 'content': []}"));

        assertThat(told.all(Event.Warned.class)).isEmpty();
        assertThat(told.kept()).contains("world_state", "inter_agent");
    }
}
