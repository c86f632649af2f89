package dev.modelscan.storage.benchmark.system;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.time.Instant;

/** Times of entities, encoded as the schema has them. */
@Converter(autoApply = true)
public class StoredTimeConverter implements AttributeConverter<Instant, String> {

    @Override
    public String convertToDatabaseColumn(Instant time) {
        return StoredTime.format(time);
    }

    @Override
    public Instant convertToEntityAttribute(String text) {
        return StoredTime.parse(text);
    }
}
