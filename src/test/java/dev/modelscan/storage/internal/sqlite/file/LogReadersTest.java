package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogReadersTest {

    private static final long DEVICE = 0x801;
    private static final long OTHER_DEVICE = 0x1003_0000_fd12L;

    private static final String OWN = "1: POSIX  ADVISORY  READ  10 08:01:131 128 128";
    private static final String READER = "2: POSIX  ADVISORY  READ  11 08:01:131 124 124";
    private static final String ELSEWHERE = "3: POSIX  ADVISORY  READ  12 10fd:300012:131 123 127";

    private static final String BLOCKED = "3: -> POSIX  ADVISORY  WRITE 13 08:01:131 123 127";
    private static final String WHOLE = "4: POSIX  ADVISORY  WRITE 14 08:01:131 0 EOF";

    @Test
    void aFileOfTheSameNumberOnAnotherDeviceIsNoneOfTheDatabase() {
        List<String> lines = List.of(OWN, READER, ELSEWHERE, BLOCKED, WHOLE);
        assertThat(LogReaders.processes(lines, DEVICE, 131)).containsExactly(11L);
        assertThat(LogReaders.processes(List.of(OWN, ELSEWHERE), DEVICE, 131)).isEmpty();
        assertThat(LogReaders.processes(lines, OTHER_DEVICE, 131)).containsExactly(12L);
        assertThat(LogReaders.processes(lines, DEVICE, 31)).isEmpty();
    }

    @Test
    void whereTheDeviceIsListedInAnotherWayTheNumberDecides() {
        assertThat(LogReaders.processes(List.of(OWN, READER), 0x2a, 131)).containsExactly(11L);
    }
}
