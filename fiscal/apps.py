from django.apps import AppConfig


class FiscalConfig(AppConfig):
    name = "fiscal"

    def ready(self) -> None:
        from fiscal import checks, tasks

        checks.register_all()
        tasks.listen()
