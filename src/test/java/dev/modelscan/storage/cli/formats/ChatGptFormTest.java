package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChatGptFormTest {

    private static String node(String id, String parent, String role, String content, String more) {
        return "'" + id + "': {'id': '" + id + "', 'parent': '" + parent + "', 'children': [], 'message': {'id': '" + id
                + "', 'author': {'role': '" + role + "'}, 'create_time': 1767323045.5, 'content': " + content + more
                + "}}";
    }

    private static String text(String text) {
        return "{'content_type': 'text', 'parts': ['" + text + "']}";
    }

    @Test
    void allBranchesAreKeptWithTheirParentsFirstAndTheShownOneIsMarked() {
        Told told = Told.of(
                "conversations.json",
                "[{'title': 'T', 'conversation_id': 'c', 'current_node': 'end', 'mapping': {",
                node("a2", "u1", "assistant", text("second"), ", 'metadata': {'model_slug': 'm-1'}") + ",",
                "'root': {'id': 'root', 'message': null, 'parent': null, 'children': ['u1']},",
                node("u1", "root", "user", text("q"), "") + ",",
                node("a1", "u1", "assistant", text("first"), "") + ",",
                "'end': {'id': 'end', 'message': null, 'parent': 'a2', 'children': []}}},",
                "{'title': 'empty', 'id': 'd', 'mapping': {}}]");

        assertThat(told.form()).isEqualTo("chatgpt");
        assertThat(told.lines())
                .containsExactly(
                        "run conversation-1 = c by chatgpt named T",
                        "user u1: q",
                        "assistant a2 after u1: second",
                        "model m-1 of a2 null+null",
                        "assistant a1 after u1: first",
                        "end conversation-1 at a2",
                        "run conversation-2 = d by chatgpt named empty",
                        "end conversation-2");
        assertThat(told.kept()).contains("\"current_node\":\"end\"", "\"root\"");
    }

    @Test
    void toolsAreCalledByAMessageToThemAndAnswerWithOne() {
        Told told = Told.of(
                "conversations.json",
                "[{'title': 'T', 'current_node': 'n4', 'mapping': {",
                node(
                                "n1",
                                "none",
                                "assistant",
                                "{'content_type': 'code', 'language': 'python', 'text': 'print(1)'}",
                                ", 'recipient': 'python'")
                        + ",",
                node(
                                "n2",
                                "n1",
                                "tool",
                                "{'content_type': 'execution_output', 'text': '1'}",
                                ", 'metadata': {'aggregate_result': {'status': 'failed_with_in_kernel_exception'}}")
                        + ",",
                node(
                                "n3",
                                "n2",
                                "assistant",
                                "{'content_type': 'thoughts', 'thoughts': [{'summary': 's'}]}",
                                ", 'recipient': 'all'")
                        + ",",
                node(
                                "n4",
                                "n3",
                                "user",
                                "{'content_type': 'multimodal_text', 'parts': ['see', {'content_type':"
                                        + " 'image_asset_pointer', 'asset_pointer': 'file-service://f'}, {'content_type':"
                                        + " 'audio_transcription', 'text': 'said'}]}",
                                "")
                        + "}}]");

        assertThat(told.lines())
                .containsExactly(
                        "run conversation-1 by chatgpt named T",
                        "assistant n1: python#n1 'print(1)'",
                        "tool n2 after n1: ->#n1 '1' failed by aggregate_result.status",
                        "assistant n3 after n2: (thought)",
                        "user n4 after n3: see, (image), said",
                        "end conversation-1 at n4");
    }

    @Test
    void aTreeWithACycleEnds() {
        Told told = Told.of(
                "c.json",
                "{'title': 'T', 'mapping': {" + node("a", "b", "user", text("1"), "") + ","
                        + node("b", "a", "user", text("2"), "") + "}}");

        assertThat(told.lines()).hasSize(4);
    }
}
