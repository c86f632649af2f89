/** The library in an application of Spring Boot: a {@code Database} by properties, in the application's transactions. */
package dev.modelscan.storage.spring;
