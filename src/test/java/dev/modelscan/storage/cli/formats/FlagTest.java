package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file's own flag says of a tool's answer. */
class FlagTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error': 0.03, 'fit': 'ok'} | UNKNOWN | UNKNOWN",
                "{'error': '1e-3'} | UNKNOWN | UNKNOWN",
                "{'error': 404, 'message': 'no'} | FAILED | FAILED",
                "{'error': 1.0} | FAILED | FAILED",
                "{'error': 0} | SUCCESS | UNKNOWN",
                "{'error': true} | FAILED | FAILED",
                "{'error': 'no such file'} | FAILED | FAILED",
                "{'error': {'code': -32601}} | FAILED | FAILED",
                "{'error': ''} | UNKNOWN | UNKNOWN",
                "{'error': {}} | UNKNOWN | UNKNOWN",
                "{'is_error': true} | FAILED | FAILED",
                "{'isError': false} | SUCCESS | SUCCESS",
                "{'errors': 3} | UNKNOWN | UNKNOWN"
            })
    void anErrorIsAFailureUnlessItIsMeasured(String json, Outcome beside, Outcome inside) throws IOException {
        String text = json.replace('\'', '"');

        assertThat(Flag.beside(Fields.MAPPER.readTree(text)).outcome()).isEqualTo(beside);
        assertThat(Flag.ofAnswer(Fields.MAPPER.readTree(text)).outcome()).isEqualTo(inside);
        assertThat(Flag.ofAnswer(TextNode.valueOf(text)).outcome()).isEqualTo(inside);
    }
}
