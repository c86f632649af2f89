package dev.modelscan.storage.contract;

/**
 * A test class of an engine. The suites that are nested in it run on that engine, unless they name another one.
 *
 * <p>Not a suite with the engines as parameters: a nested class has a name under which it is run alone, each engine takes the
 * suites that it needs, and Surefire shares out classes, so that the engines run beside each other.
 */
interface EngineClass {

    TestEngine engine();
}
