"""Settings at a real gateway, as programs that were written for SpotiPi use them."""

import threading
import time
import unittest

from signalbox import SignalboxError, connect
from signalbox.settings import (
    config_transaction, get_config_value, load_config, save_config, set_config_value, use,
)


def run_all(count, run):
    """Runs it in so many threads; raises what the first of them raised."""
    errors = []

    def guarded(number):
        try:
            run(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


class Settings(unittest.TestCase):
    def setUp(self):
        self.client = connect(program="tests of the settings")
        self.addCleanup(self.client.close)
        use(self.client)
        self.addCleanup(use, None)

    def fails(self, code, call, *arguments, **options):
        with self.assertRaises(SignalboxError) as caught:
            call(*arguments, **options)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def kept(self):
        """The settings as they are, once there is a copy of them to go back to."""
        before = self.client.settings()
        ends_s = time.monotonic() + 60
        while time.monotonic() < ends_s:
            copies = self.client.call("GET", ("api", "v1", "config", "backups"))["backups"]
            if before["revision"] in [each["revision"] for each in copies]:
                return before
            time.sleep(0.05)
        raise AssertionError("no copy was made")

    def test_reads_changes_compares_and_rolls_back(self):
        before = self.kept()
        self.assertEqual(before["values"]["ports"]["bus"]["protocol"], "propar")
        done = self.client.change_settings(
            [{"path": "ports.bus.timeoutMs", "value": 500}, {"path": ["ports", "bus", "retries"], "value": 3}],
            why="a slow bus", expected_revision=before["revision"])
        self.assertEqual(done["before"], before["revision"])
        # A port is opened anew with what it is to be; nothing waits for a restart.
        self.assertEqual(done["pendingRestart"], [])
        newest = self.client.settings_history(1)[0]
        self.assertEqual((newest["revision"], newest["why"]), (done["revision"], "a slow bus"))
        self.assertIn("tests of the settings", newest["by"])
        diff = self.client.settings_diff(before["revision"], done["revision"])
        self.assertEqual([each["path"] for each in diff["changes"]],
                         ["ports.bus.timeoutMs", "ports.bus.retries"])
        self.assertIn("+timeoutMs = 500\n", diff["text"])
        self.client.rollback_settings(before["revision"], expected_revision=done["revision"])
        self.assertEqual(self.client.settings()["written"], before["written"])

    def test_tells_of_conflicts_and_of_what_is_not_good(self):
        revision = self.client.settings()["revision"]
        self.client.change_settings([{"path": "gateway.name", "value": "one"}])
        late = self.fails("CONFIG_CONFLICT", self.client.change_settings,
                          [{"path": "gateway.name", "value": "other"}], expected_revision=revision)
        self.assertEqual(late.details["keys"], ["gateway.name"])
        bad = self.fails("CONFIG_INVALID", set_config_value, "ports.bus.retries", 99)
        self.assertEqual(bad.details["problems"][0]["path"], "ports.bus.retries")
        tried = self.client.change_settings([{"path": "gateway.name", "value": "x"}], dry_run=True)
        self.assertEqual((tried["dryRun"], get_config_value("gateway.name")), (True, "one"))

    def test_has_the_functions_of_spotipi(self):
        self.assertTrue(set_config_value("ports.bus.timeoutMs", 250))
        self.assertEqual(get_config_value("ports.bus.timeoutMs"), 250)
        self.assertEqual(get_config_value("ports.bus.nothing", 50), 50)
        self.assertEqual(get_config_value('gasFactors."no.1".N2', 7), 7)
        with config_transaction() as transaction:
            config = transaction.load()
            config["ports"]["bus"]["retries"] = 4
            config["gasFactors"]["no.1"] = {"N2": 1.5}
            transaction.save(config)
        self.assertEqual(get_config_value('gasFactors."no.1".N2'), 1.5)
        config = load_config()
        del config["gasFactors"]["no.1"]
        self.assertTrue(save_config(config))
        self.assertNotIn("no.1", get_config_value("gasFactors"))
        with self.assertRaises(ZeroDivisionError):
            with config_transaction() as transaction:
                config["ports"]["bus"]["retries"] = 5
                transaction.save(config)
                1 / 0
        self.assertEqual(get_config_value("ports.bus.retries"), 4)

    def test_joins_a_transaction_inside_of_another(self):
        before = self.client.settings()["revision"]
        with config_transaction() as outer:
            config = outer.load()
            config["ports"]["bus"]["retries"] = 6
            outer.save(config)
            try:
                with config_transaction() as inner:
                    config["ports"]["bus"]["retries"] = 7
                    inner.save(config)
                    raise RuntimeError("not this")
            except RuntimeError:
                pass
            set_again = outer.load()
            set_again["ports"]["bus"]["timeoutMs"] = 260
            outer.save(set_again)
        self.assertEqual(self.client.settings()["revision"], before + 1)
        self.assertEqual(get_config_value("ports.bus.retries"), 6)

    def test_loses_nothing_of_five_threads_with_five_operations_each(self):
        seen = []

        def operate(number):
            for done in range(5):
                set_config_value(f"gasFactors.thread-{number}.N2", done + 1)
                seen.append(load_config()["gasFactors"][f"thread-{number}"]["N2"] == done + 1)

        run_all(5, operate)
        self.assertEqual(seen, [True] * 25)
        factors = get_config_value("gasFactors")
        self.assertEqual([factors[f"thread-{number}"]["N2"] for number in range(5)], [5] * 5)

    def test_counts_125_increments_of_five_threads(self):
        set_config_value("gasFactors.counter.N2", 1)

        def count(_number):
            for _ in range(25):
                with config_transaction(why="one more") as transaction:
                    config = transaction.load()
                    config["gasFactors"]["counter"]["N2"] += 1
                    transaction.save(config)

        run_all(5, count)
        self.assertEqual(get_config_value("gasFactors.counter.N2"), 126)
        history = self.client.settings_history(200)
        self.assertEqual(sum(each.get("why") == "one more" for each in history), 125)

    def test_tells_how_safely_settings_are_shared(self):
        answer = self.client.call("GET", ("api", "thread-safety", "status"))
        self.assertTrue(answer["success"])
        self.assertLessEqual(
            {"current_thread", "active_threads", "cache_valid", "cache_age_seconds",
             "transaction_history_count", "change_listeners_count", "has_thread_local_cache"},
            set(answer["thread_safety_stats"]))
        cleared = self.client.call("POST", ("api", "thread-safety", "invalidate-cache"))
        self.assertEqual(cleared["data"]["revision"], self.client.settings()["revision"])


if __name__ == "__main__":
    unittest.main()
