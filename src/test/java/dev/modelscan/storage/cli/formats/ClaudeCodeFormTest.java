package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.cli.formats.Event.MessageRead;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ClaudeCodeFormTest {

    private static String line(String type, String uuid, String parent, String more, String content) {
        String follows = parent == null ? "null" : "'" + parent + "'";
        return "{'type': '" + type + "', 'uuid': '" + uuid + "', 'parentUuid': " + follows + ", 'isSidechain': false,"
                + " 'sessionId': 'ses', 'timestamp': '2026-03-04T05:06:0" + uuid.charAt(1) + ".250Z', 'cwd': '/w', "
                + more
                + " 'message': {'role': '" + type + "', 'content': " + content + "}}";
    }

    @Test
    void aSessionIsOneRunAndSideChainsAreRunsOfSubAgents() {
        Told told = Told.of(
                "ses.jsonl",
                "{'type': 'summary', 'summary': 'Look around', 'leafUuid': 'm4'}",
                line("user", "m1", null, "", "'what is here?'"),
                line(
                        "assistant",
                        "m2",
                        "m1",
                        "",
                        "[{'type': 'thinking', 'thinking': 'ls', 'signature': 'c2ln'},"
                                + " {'type': 'tool_use', 'id': 't1', 'name': 'Task', 'input': {'prompt': 'look'}}]"),
                line("user", "k1", null, "", "'look'")
                        .replace("'isSidechain': false", "'isSidechain': true, 'agentId': 'a1'"),
                line("assistant", "k2", "k1", "", "[{'type': 'text', 'text': 'a file'}]")
                        .replace("'isSidechain': false", "'isSidechain': true, 'agentId': 'a1'"),
                line(
                        "user",
                        "m3",
                        "m2",
                        "'toolUseResult': {'agentId': 'a1'},",
                        "[{'type': 'tool_result', 'tool_use_id': 't1', 'content': [{'type': 'text', 'text': 'a"
                                + " file'}]}]"),
                line("assistant", "m4", "m3", "", "[{'type': 'text', 'text': 'A file.'}]"));

        assertThat(told.form()).isEqualTo("claude-code");
        assertThat(told.lines())
                .containsExactly(
                        "run ses = ses by claude-code named Look around",
                        "user m1: what is here?",
                        "assistant m2 after m1: (thought), Task#t1 {'prompt':'look'}",
                        "run ses/a1 = ses/a1 below ses by a1",
                        "user k1: look",
                        "assistant k2 after k1: a file",
                        "tool m3 after m2: ->#t1 [{'type':'text','text':'a file'}] success by toolUseResult",
                        "assistant m4 after m3: A file.",
                        "end ses",
                        "end ses/a1");
        assertThat(told.all(MessageRead.class).get(0).createdAt()).isEqualTo(Instant.parse("2026-03-04T05:06:01.250Z"));
        assertThat(told.kept()).contains("leafUuid", "c2ln", "\"agentId\":\"a1\"");
    }

    @Test
    @Timeout(10)
    void linesThatFollowEachOtherInACircleEnd() {
        Told told = Told.of(
                "ses.jsonl",
                line("attachment", "a1", "a2", "", "''"),
                line("progress", "a2", "a1", "", "''"),
                line("progress", "a3", "a3", "", "''"),
                line("user", "m1", "a1", "", "'first'"),
                line("user", "m2", "a3", "", "'second'"));

        assertThat(told.lines()).contains("user m1: first", "user m2: second");
    }

    @Test
    void usageThatLinesOfOneMessageRepeatCountsOnceAndTheLastOneIsComplete() {
        String part = "'requestId': 'r', 'costUSD': 0.5,";
        Told told = Told.of(
                "ses.jsonl",
                line("user", "m1", null, "", "'two things'"),
                line(
                        "assistant",
                        "m2",
                        "m1",
                        part,
                        "[{'type': 'tool_use', 'id': 't1', 'name': 'A', 'input': {}}],"
                                + " 'id': 'msg', 'model': 'm-1', 'usage': {'input_tokens': 7, 'output_tokens': 1}"),
                line(
                        "user",
                        "m3",
                        "m2",
                        "",
                        "[{'type': 'tool_result', 'tool_use_id': 't1', 'content': 'x', 'is_error': true}]"),
                line(
                        "assistant",
                        "m4",
                        "m2",
                        part,
                        "[{'type': 'tool_use', 'id': 't2', 'name': 'B', 'input': {}}],"
                                + " 'id': 'msg', 'model': 'm-1', 'usage': {'input_tokens': 7, 'output_tokens': 30,"
                                + " 'cache_read_input_tokens': 4, 'cache_creation_input_tokens': 5}"),
                line(
                        "user",
                        "m5",
                        "m4",
                        "",
                        "[{'type': 'tool_result', 'tool_use_id': 't2', 'content': 'y', 'is_error': false}]"),
                line(
                        "assistant",
                        "m6",
                        "m5",
                        "",
                        "'no', 'id': 'own', 'model': '<synthetic>', 'usage': {'input_tokens': 0}"));

        assertThat(told.lines())
                .contains(
                        "model m-1 of m2 7+30 read 4 wrote 5 cost 0.5",
                        "tool m3 after m2: ->#t1 'x' failed by is_error",
                        "tool m5 after m4: ->#t2 'y' success by is_error");
        assertThat(told.all(Event.ModelCalled.class)).hasSize(1);
    }

    /** The answers of parallel calls are siblings in the file; the path to the last line would leave all but one out. */
    @Test
    void answersOfParallelCallsAreInOneRowAndTheFilesParentIsKept() {
        Told told = Told.of(
                "ses.jsonl",
                line("user", "m1", null, "", "'go'"),
                line(
                        "assistant",
                        "m2",
                        "m1",
                        "",
                        "[{'type': 'tool_use', 'id': 't1', 'name': 'A', 'input': {}}], 'id': 'x'"),
                line(
                        "assistant",
                        "m3",
                        "m2",
                        "",
                        "[{'type': 'tool_use', 'id': 't2', 'name': 'A', 'input': {}}], 'id': 'x'"),
                line("user", "m4", "m2", "", "[{'type': 'tool_result', 'tool_use_id': 't1', 'content': '1'}]"),
                line("user", "m5", "m3", "", "[{'type': 'tool_result', 'tool_use_id': 't2', 'content': '2'}]"),
                line("user", "m6", "m1", "", "'another way'"));

        assertThat(told.all(MessageRead.class))
                .extracting(MessageRead::parentId)
                .containsExactly(null, "m1", "m2", "m3", "m4", "m1");
        assertThat(told.lines()).endsWith("end ses at m6");
        assertThat(told.all(MessageRead.class).get(3).rest().path("parentUuid").asText())
                .isEqualTo("m2");
    }

    @Test
    void linesThatAreNoMessagesAreKeptAndMessagesFollowThroughThem() {
        Told told = Told.of(
                "ses.jsonl",
                line("user", "m1", null, "", "'a'"),
                "{'type': 'progress', 'uuid': 'p1', 'parentUuid': 'm1', 'sessionId': 'ses', 'data': {'done': 3}}",
                "{'type': 'file-history-snapshot', 'messageId': 'm1', 'snapshot': {}}",
                line("assistant", "m2", "p1", "", "'b'"),
                "{'type': 'system', 'subtype': 'compact_boundary', 'uuid': 'b1', 'parentUuid': null,"
                        + " 'logicalParentUuid': 'm2', 'sessionId': 'ses', 'content': 'Compacted'}",
                "'not an object'",
                "{'type': 'custom-title', 'customTitle': 'T', 'sessionId': 'ses'}",
                "{broken",
                line("user", "m3", "b1", "", "{'odd': 1}"));

        assertThat(told.lines())
                .containsExactly(
                        "run ses = ses by claude-code",
                        "user m1: a",
                        "assistant m2 after m1: b",
                        "system b1 after m2: Compacted",
                        "warned of type",
                        told.lines().get(5),
                        "user m3 after b1: (other)",
                        "end ses");
        assertThat(told.lines().get(5)).startsWith("refused: ");
        assertThat(told.kept()).contains("\"done\":3", "file-history-snapshot", "custom-title", "not an object", "p1");
    }

    @Test
    void whatEveryLineRepeatsIsKeptOnceAndDifferencesAreKept() {
        Told told = Told.of(
                "ses.jsonl",
                line("user", "m1", null, "'gitBranch': 'main',", "'a'"),
                line("user", "m2", "m1", "'gitBranch': 'fix',", "'b'"));

        assertThat(told.all(MessageRead.class).get(0).rest().has("gitBranch")).isFalse();
        assertThat(told.all(MessageRead.class).get(0).rest().has("cwd")).isFalse();
        assertThat(told.all(MessageRead.class).get(1).rest().path("gitBranch").asText())
                .isEqualTo("fix");
        assertThat(told.all(Event.RunStarted.class)
                        .get(0)
                        .metadata()
                        .path("gitBranch")
                        .asText())
                .isEqualTo("main");
    }

    @Test
    void aSubAgentsOwnFileNamesTheSessionAsItsParent() {
        Told told = Told.of(
                "agent-a7.jsonl",
                line("user", "k1", null, "", "'look'")
                        .replace("'isSidechain': false", "'isSidechain': true, 'agentId': 'a7'"));

        assertThat(told.lines()).startsWith("run ses/a7 = ses/a7 below ses by a7");
    }

    @Test
    void sideChainsWithoutAnAgentAreToldApartByTheirFirstLine() {
        Told told = Told.of(
                "ses.jsonl",
                line("user", "k1", null, "", "'one'").replace("false", "true"),
                line("user", "k2", null, "", "'two'").replace("false", "true"),
                line("assistant", "k3", "k1", "", "'of one'").replace("false", "true"));

        assertThat(told.all(MessageRead.class))
                .extracting(MessageRead::run)
                .containsExactly("ses/k1", "ses/k2", "ses/k1");
    }

    @Test
    void aFileOfOtherLinesAloneIsRefused() {
        assertThat(Told.of("x.jsonl", "{'type': 'summary', 'summary': 'S', 'leafUuid': 'u'}")
                        .lines())
                .containsExactly("refused: holds no messages, only 1 other lines");
    }

    @Test
    void aLineOfASessionWithoutMessagesIsKeptAtTheEnd() {
        Told told = Told.of(
                "ses.jsonl",
                line("user", "m1", null, "", "'q'"),
                "{'type': 'last-prompt', 'sessionId': 'other', 'lastPrompt': 'lost'}",
                "{'type': 'last-prompt', 'sessionId': 'third', 'lastPrompt': 'later'}",
                line("user", "m2", null, "", "'r'").replace("'ses'", "'third'"));

        assertThat(told.lines())
                .containsExactly(
                        "run ses = ses by claude-code",
                        "user m1: q",
                        "run third = third by claude-code",
                        "user m2: r",
                        "warned of sessionId",
                        "end ses",
                        "end third");
        assertThat(told.all(MessageRead.class).get(1).rest().toString()).contains("later");
        assertThat(told.kept()).contains("lost");
    }
}
