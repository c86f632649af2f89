package dev.modelscan.storage.cli.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JoinedTest {

    private final List<String> seen = new ArrayList<>();

    private Input.Opener part(String text) {
        return () -> {
            seen.add("open " + text);
            return new ByteArrayInputStream(text.getBytes(UTF_8)) {
                @Override
                public void close() {
                    seen.add("close " + text);
                }
            };
        };
    }

    @Test
    void opensAPartWhenTheOneBeforeItHasEnded() throws IOException {
        try (InputStream joined =
                new Joined(Stream.of(part("ab"), part(""), part("c")).iterator(), () -> seen.add("end"))) {
            assertThat(joined.read()).isEqualTo('a');
            assertThat(seen).containsExactly("open ab");
            assertThat(new String(joined.readAllBytes(), UTF_8)).isEqualTo("bc");
        }
        assertThat(seen).containsExactly("open ab", "close ab", "open ", "close ", "open c", "close c", "end");
    }

    @Test
    void closingOpensNoMore() throws IOException {
        try (InputStream joined = new Joined(Stream.of(part("ab"), part("c")).iterator())) {
            assertThat(joined.read()).isEqualTo('a');
        }
        assertThat(seen).containsExactly("open ab", "close ab");
    }
}
